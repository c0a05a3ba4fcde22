// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Linux tcp_tso_should_defer: when some has just left and an acknowledgement is due, a small rest of the window waits for
 * that, to leave with more. For connections that count segments; for others it is the caller's business what waits.
 */
final class SendDeferral {

    /** Linux {@code net.ipv4.tcp_tso_win_divisor}. */
    private static final int WINDOW_DIVISOR = 3;
    /** What counts as just now, and as due. */
    private static final long SOON_NS = 1_000_000L;

    private final SenderParts s;
    private boolean waiting;

    SendDeferral(SenderParts parts) {
        s = parts;
    }

    /** An acknowledgement came, or a timer: whatever waits is looked at anew. */
    void end() {
        waiting = false;
    }

    /** Whether something waits for an acknowledgement, in spite of room for it. */
    boolean isWaiting() {
        return waiting;
    }

    /**
     * Whether what may leave, a segment at least, waits from now on.
     *
     * @param available bytes that wait to be sent
     * @param limit     bytes that both windows admit
     */
    boolean begins(int available, long limit, long nowNs) {
        waiting = s.bySegments && isCalm() && limit < available && limit < s.segment.whole(s.burstBytes())
                && available > s.segment.bytes() && limit < windowBytes() / WINDOW_DIVISOR
                && nowNs - s.liveness.sentNs() <= SOON_NS && isAcknowledgementDue(nowNs);
        return waiting;
    }

    private boolean isCalm() {
        final LossRecovery.Phase phase = s.recovery.phase();
        return (phase == LossRecovery.Phase.OPEN || phase == LossRecovery.Phase.REDUCED) && !s.probe.wantsNewData()
                && !s.flow.isOverridden();
    }

    private long windowBytes() {
        return Math.min(s.flow.windowBytes(), s.congestion.bytes(s.recovery.pipeBytes()));
    }

    private boolean isAcknowledgementDue(long nowNs) {
        if (s.board.inFlight() == 0) {
            return false;
        }
        final long srttNs = s.rtt.srttNs();
        return s.board.sentNs(0) + srttNs - nowNs <= Math.min(srttNs / 2, SOON_NS);
    }
}
