// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.NativeTool;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Sends any bytes on a device and hands on everything that comes, with the kernel's time of arrival. A process of its
 * own ({@code rawport.c}), so that a pause of this JVM changes no time stamp.
 */
public final class RawPort implements AutoCloseable {

    private static final int SENT = 1 << 31;
    private static final int UNFINISHED = 1 << 30;
    private static final long EXIT_SECONDS = 10;
    private static final long ALIVE_POLL_MILLIS = 100;

    private final Process process;
    private final OutputStream out;
    private final boolean linkHeader;
    private final List<Consumer<RawFrame>> listeners = new CopyOnWriteArrayList<>();
    private final Object departures = new Object();
    private long departed;
    private long written;
    private final CountDownLatch ready = new CountDownLatch(1);

    private RawPort(Netns ns, String kind, String device) {
        linkHeader = kind.equals("packet");
        process = ns.start(ProcessBuilder.Redirect.INHERIT, NativeTool.program("rawport").toString(), kind, device);
        out = process.getOutputStream();
        Thread reader = new Thread(this::readAll, "rawport " + device);
        reader.setDaemon(true);
        reader.start();
        try {
            if (!ready.await(EXIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no raw port on " + device);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** On an Ethernet device that exists. */
    public static RawPort packet(Netns ns, String device) {
        return new RawPort(ns, "packet", device);
    }

    /** As the other end of a TUN device, which this makes. */
    public static RawPort tun(Netns ns, String device) {
        return new RawPort(ns, "tun", device);
    }

    /** Whether frames start with an Ethernet header. */
    public boolean hasLinkHeader() {
        return linkHeader;
    }

    /** Called on the reader's thread with everything that comes, and with what was sent when it was. */
    void listen(Consumer<RawFrame> listener) {
        listeners.add(listener);
    }

    /** Sends a frame as it is, and returns when it has been sent. Not for listeners. */
    public void send(byte[] frame) {
        long number = answer(frame);
        synchronized (departures) {
            while (departed < number) {
                try {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("the raw port has ended");
                    }
                    departures.wait(ALIVE_POLL_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /** Sends a frame soon. Returns how many have been sent with it. */
    synchronized long answer(byte[] frame) {
        try {
            out.write(ByteBuffer.allocate(4 + frame.length).order(ByteOrder.nativeOrder()).putInt(frame.length).put(frame)
                    .array());
            out.flush();
            return ++written;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readAll() {
        byte[] head = new byte[12];
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 20))) {
            while (true) {
                in.readFully(head);
                ByteBuffer b = ByteBuffer.wrap(head).order(ByteOrder.nativeOrder());
                long ns = b.getLong();
                int word = b.getInt();
                byte[] bytes = new byte[word & ~(SENT | UNFINISHED)];
                in.readFully(bytes);
                ready.countDown();
                RawFrame frame = new RawFrame(ns, (word & SENT) != 0, (word & UNFINISHED) != 0, bytes);
                listeners.forEach(listener -> listener.accept(frame));
                if (frame.sent()) {
                    synchronized (departures) {
                        departed++;
                        departures.notifyAll();
                    }
                }
            }
        } catch (EOFException e) {
            // the end of the process
        } catch (IOException e) {
            if (process.isAlive()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            out.close();
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
