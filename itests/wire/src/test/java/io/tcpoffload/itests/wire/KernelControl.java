// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.KernelSender;
import io.tcpoffload.itests.Stream;
import java.util.Arrays;

/** A connection of the kernel sender. */
final class KernelControl implements Control {

    private final KernelSender sender;
    private final int fd;

    KernelControl(KernelSender sender, int fd) {
        this.sender = sender;
        this.fd = fd;
    }

    @Override
    public void write(int bytes) {
        sender.write(fd, bytes);
    }

    @Override
    public void shutdown() {
        sender.shutdown(fd);
    }

    @Override
    public void close() {
        sender.close(fd);
    }

    @Override
    public void abort() {
        sender.abort(fd);
    }

    @Override
    public String fault(byte[] stream) {
        return difference(stream, Stream.bytes(0, (stream.length + 3) / 4 * 4).array());
    }

    static String difference(byte[] got, byte[] right) {
        int at = Arrays.mismatch(got, Arrays.copyOf(right, got.length));
        return at < 0 ? null : "byte " + at + " is wrong";
    }

    @Override
    public boolean alive() {
        return !"gone".equals(sender.info(fd).text("state"));
    }

    @Override
    public long cwnd() {
        return sender.info(fd).number("cwnd");
    }
}
