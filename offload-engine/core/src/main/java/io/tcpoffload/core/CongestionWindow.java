// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** How much may leave: the congestion control's window, or what PRR lets out while that shrinks; and the way back. */
final class CongestionWindow {

    private final SegmentSize segment;
    private final CongestionControl control;
    private final boolean bySegments;
    private final Prr prr;
    private final CwndUsage usage;
    private final SpuriousRetransmission spurious = new SpuriousRetransmission();
    private boolean reducing;
    /** While reducing, as of the last acknowledgement, where segments are counted: Linux snd_cwnd. */
    private long reducedBytes;

    CongestionWindow(SenderConfig config, SegmentSize segment, int nxt, long nowNs) {
        this.segment = segment;
        control = config.congestionAlgorithm().create(config, segment);
        bySegments = config.bySegments();
        prr = new Prr(segment, bySegments);
        usage = new CwndUsage(nxt, nowNs);
    }

    CongestionControl control() {
        return control;
    }

    CwndUsage usage() {
        return usage;
    }

    /** Bytes that may leave in addition to the {@code pipeBytes} in the network. */
    long roomBytes(long pipeBytes) {
        return reducing && !bySegments ? prr.roomBytes() : bytes(pipeBytes) - pipeBytes;
    }

    long bytes(long pipeBytes) {
        if (!reducing) {
            return control.cwndBytes();
        }
        return bySegments ? reducedBytes : Math.max(segment.bytes(), pipeBytes + prr.roomBytes());
    }

    /**
     * Loss was found.
     *
     * @param networkBytes what was in the network before the acknowledgement that tells so
     */
    void reduce(long networkBytes, long flightBytes, long nowNs) {
        if (reducing) {
            // once a round trip; and what congestion was notified of is not undone by duplicate reports
            spurious.stop();
            return;
        }
        /* Linux tcp_init_cwnd_reduction: prior_cwnd */
        final long base = bySegments ? control.cwndBytes() : networkBytes;
        reducedBytes = control.cwndBytes();
        control.onLoss(flightBytes, nowNs);
        prr.begin(base, control.ssthreshBytes());
        reducing = true;
        spurious.begin();
    }

    /** Congestion was notified: as with loss, but never undone. */
    void reduceForGood(long networkBytes, long flightBytes, long nowNs) {
        reduce(networkBytes, flightBytes, nowNs);
        spurious.stop();
    }

    /** Congestion was notified as well: whatever proves to have been late, the reduction stands (Linux clears prior_ssthresh). */
    void keepReduction() {
        spurious.stop();
    }

    /** The probe has repaired the only loss: nothing to recover, but a reason to slow down (RFC 8985 7.4). */
    void reduceAtOnce(long flightBytes, long nowNs) {
        spurious.stop();
        control.onLoss(flightBytes, nowNs);
    }

    void onTimeout(long flightBytes, long pipeBytes, boolean reduces) {
        control.onTimeout(flightBytes, pipeBytes, reduces);
        reducing = false;
        if (reduces) {
            spurious.begin();
        }
    }

    /** The path's segment size changed: whatever was being reduced, is. */
    void onSegmentSize(int before) {
        reducing = false;
        spurious.stop();
        control.onSegmentSize(before);
    }

    /** Recovery is complete: the window is the threshold from here on. */
    void complete() {
        reducing = false;
    }

    void undo() {
        reducing = false;
        spurious.stop();
        control.undo();
    }

    void onDelivered(long bytes, long pipeBytes, boolean safe) {
        if (reducing) {
            prr.onDelivered(bytes, pipeBytes, safe);
            reducedBytes = bytes > 0 ? pipeBytes + prr.roomBytes() : reducedBytes;
        }
    }

    /** @param begins whether this is what the reduction begins with */
    void onLossByTimer(boolean begins, long pipeBytes) {
        if (!bySegments) {
            prr.onLossByTimer();
        } else if (begins) {
            onDelivered(segment.bytes(), pipeBytes, false); /* Linux tcp_rack_reo_timeout */
        }
    }

    void onSent(int bytes) {
        if (reducing) {
            prr.onSent(bytes);
        }
    }

    void onResent(int seq, int bytes, long nowNs) {
        onSent(bytes);
        spurious.onResent(seq, bytes, nowNs);
    }

    /** True when an acknowledgement that went forward shows that the last reduction was for nothing. */
    boolean isForNothing(TimestampEcho echo) {
        return spurious.isOriginal(echo);
    }

    /** @return true when the last reduction was for nothing */
    boolean onDsack(int left, int right) {
        return spurious.onDsack(left, right);
    }
}
