// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;

/** Sends one frame by a device as fast as it goes, in the namespace of the thread that makes it. */
final class Flood implements AutoCloseable {

    private final int fd;
    private final Memory frame;
    private final Thread thread = new Thread(this::send, "flood");
    private volatile boolean ends;
    private volatile long frames;

    Flood(String device, byte[] bytes) throws KernelException {
        frame = new Memory(bytes.length);
        frame.write(0, bytes, 0, bytes.length);
        fd = Errno.check(Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW, 0), "socket(AF_PACKET)");
        try (Memory address = new Memory(20)) {
            address.clear();
            address.setShort(0, (short) Libc.AF_PACKET);
            address.setInt(4, Libc.if_nametoindex(device));
            Errno.check(Libc.bind(fd, address, 20), "bind(" + device + ")");
        }
        thread.start();
    }

    private void send() {
        while (!ends) {
            if (Libc.send(fd, frame, frame.size(), 0) == frame.size()) {
                frames++;
            }
        }
    }

    void finish() throws InterruptedException {
        ends = true;
        thread.join();
    }

    long frames() {
        return frames;
    }

    @Override
    public void close() throws InterruptedException {
        finish();
        Libc.close(fd);
    }
}
