// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A capture of one TCP port on a device, by tcpdump. At the viewers' end of a veth pair it sees the packets that the
 * sender's end let out, one for one.
 */
public final class Capture implements AutoCloseable {

    /** Enough for link, IP and TCP headers with all options. */
    public static final int HEADERS = 128;
    /** Whole packets, super-segments too. */
    public static final int WHOLE = 262144;

    /** For as much as the machine can send. */
    private static final int LARGE_BUFFER_KB = 131072;
    private static final long STOP_SECONDS = 30;

    private final Path file;
    private final Process tcpdump;
    private final BufferedReader messages;
    private boolean stopped;

    /**
     * Starts a capture and returns when it runs.
     *
     * @param bytes of each packet to keep
     */
    public Capture(Netns ns, String device, int port, int bytes, Path file) {
        this(ns, device, port, bytes, file, LARGE_BUFFER_KB);
    }

    /** As above, with a buffer of so many kilobytes in the kernel. */
    public Capture(Netns ns, String device, int port, int bytes, Path file, int bufferKb) {
        this.file = file;
        tcpdump = ns.start(ProcessBuilder.Redirect.PIPE, "tcpdump", "-i", device, "-s", Integer.toString(bytes),
                "-B", Integer.toString(bufferKb), "-Z", "root", "-w", file.toString(), filter(ns, device, port));
        messages = tcpdump.errorReader();
        String line = message();
        while (!line.contains("listening on")) {
            line = message();
        }
    }

    /** With up to two VLAN tags, where there can be any: "vlan" shifts what follows it in the expression. */
    private static String filter(Netns ns, String device, int port) {
        String tcp = "tcp port " + port;
        return ns.run("ip", "link", "show", "dev", device).contains("link/none") ? tcp : tcp + " or (vlan and (" + tcp + " or (vlan and " + tcp + ")))";
    }

    /** Ends the capture; every packet that passed before the call is in the file. */
    public Path stop() {
        if (stopped) {
            return file;
        }
        stopped = true;
        try {
            Thread.sleep(TimeUnit.SECONDS.toMillis(1)); // tcpdump's own read timeout: its last block is on the way
            tcpdump.toHandle().destroy(); // unlike Process.destroy() leaves its messages readable
            StringBuilder summary = new StringBuilder();
            for (String line = messages.readLine(); line != null; line = messages.readLine()) {
                summary.append(line).append('\n');
            }
            if (!tcpdump.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("tcpdump does not end");
            }
            if (!summary.toString().contains("\n0 packets dropped by kernel")) {
                throw new IllegalStateException("the capture has holes: " + summary);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        tcpdump.destroy();
    }

    private String message() {
        try {
            String line = messages.readLine();
            if (line == null) {
                throw new IllegalStateException("tcpdump does not start");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
