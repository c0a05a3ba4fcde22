// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.PrivateSource;
import io.tcpoffload.core.Sender;
import io.tcpoffload.core.SenderCounter;

/**
 * A session as {@code key=value} on one line. As in {@code struct tcp_info} cwnd, ssthresh, in_flight, unacked and
 * retransmissions are segments and times are microseconds; what ends with {@code _bytes} is bytes.
 */
final class SessionReport {

    /** TCP_INFINITE_SSTHRESH of the kernel: no loss yet. */
    private static final long NO_SSTHRESH = 0x7FFFFFFF;
    private static final long NS_PER_US = 1000;

    private final StringBuilder line = new StringBuilder(512);

    private SessionReport() {
    }

    static String of(ViewerSession session) {
        Sender sender = session.sender();
        long mss = sender.mss();
        SessionReport report = new SessionReport();
        long ssthresh = sender.ssthreshBytes();
        report.add("session", session.id()).add("state", sender.state().name().replace('_', '-'))
                .add("cwnd", sender.cwndBytes() / mss)
                .add("ssthresh", ssthresh == Long.MAX_VALUE ? NO_SSTHRESH : ssthresh / mss)
                .add("rtt", sender.srttNs() / NS_PER_US).add("rttvar", sender.rttvarNs() / NS_PER_US)
                .add("rto", sender.rtoNs() / NS_PER_US).add("min_rtt", sender.minRttNs() / NS_PER_US)
                .add("in_flight", (sender.pipeBytes() + mss - 1) / mss).add("unacked", (sender.inFlight() + mss - 1) / mss)
                .add("retransmissions", sender.retransmittedSegments())
                .add("timeouts", sender.count(SenderCounter.TIMEOUTS)).add("backoff", sender.timeoutsInARow())
                .add("mss", mss).add("una", Integer.toUnsignedLong(sender.una()))
                .add("nxt", Integer.toUnsignedLong(sender.nxt()))
                .add("window", sender.windowBytes()).add("cwnd_bytes", sender.cwndBytes())
                .add("ssthresh_bytes", ssthresh == Long.MAX_VALUE ? NO_SSTHRESH : ssthresh)
                .add("in_flight_bytes", sender.pipeBytes()).add("unacked_bytes", sender.inFlight())
                .add("unsent_bytes", unsentBytes(session))
                .add("sent_bytes", sender.count(SenderCounter.BYTES_SENT))
                .add("pacing_bytes_per_second", sender.isPaced() ? sender.pacingBytesPerSecond() : 0)
                .add("local", ViewerSession.text(session.local())).add("remote", ViewerSession.text(session.remote()))
                .add("device", session.path().device().name()).add("source", session.source().name());
        return report.line.toString();
    }

    /** What waits, whether or not it could be sent now. */
    private static long unsentBytes(ViewerSession session) {
        Adopted adopted = session.adopted();
        PrivateSource own = adopted == null ? null : adopted.source();
        return own == null ? session.source().lag() : own.appended() - own.position();
    }

    private SessionReport add(String key, Object value) {
        if (!line.isEmpty()) {
            line.append(' ');
        }
        line.append(key).append('=').append(value.toString().replace(' ', '_'));
        return this;
    }
}
