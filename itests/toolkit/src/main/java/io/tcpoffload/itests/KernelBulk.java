// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.List;

/**
 * The kernel's own sender, always with CUBIC: the control that ours is compared with. Viewers get {@link Stream} from
 * its start, as fast as their connections take it.
 */
public final class KernelBulk implements AutoCloseable {

    /** One viewer's connection: bytes given to the socket, segments sent again, TCP_INFO's cwnd in segments. */
    public record Connection(int port, long sent, long retransmitted, long cwnd, long ssthresh, long rttMicros) {
    }

    private final LineProcess process;

    /** Listens when it returns, and so that nothing is remembered of one connection for the next. */
    public KernelBulk(Netns ns, String address, int port) {
        ns.sysctl("net.ipv4.tcp_no_metrics_save", "1");
        process = new LineProcess("bulk", ns.start(ProcessBuilder.Redirect.INHERIT,
                NativeTool.program("bulk").toString(), address, Integer.toString(port)));
        process.read();
    }

    /** So many bytes more, a multiple of {@link Stream#WORD}, for all that have connected. */
    public void publish(long bytes) {
        process.ask("publish " + bytes);
    }

    /** All that have connected, in that order. */
    public List<Connection> report() {
        return process.ask("report").stream().map(Fields::new).map(f -> new Connection((int) f.number("port"),
                f.number("sent"), f.number("retransmitted"), f.number("cwnd"), f.number("ssthresh"),
                f.number("rtt_us"))).toList();
    }

    /** Ends all streams in order. */
    public void endStreams() {
        process.ask("close");
    }

    @Override
    public void close() {
        process.close();
    }
}
