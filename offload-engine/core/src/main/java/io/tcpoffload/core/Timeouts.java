// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import io.tcpoffload.core.LossRecovery.Phase;

/** What happens when the session's timer fires. */
final class Timeouts {

    private final SenderParts s;

    Timeouts(SenderParts parts) {
        s = parts;
    }

    TimerAction onTimer(long nowNs) {
        if (nowNs < s.timers.deadlineNs()) {
            return TimerAction.NONE;
        }
        s.deferral.end();
        return switch (s.timers.purpose()) {
            case NONE -> TimerAction.NONE;
            case RETRANSMIT -> onRetransmissionTimeout(nowNs);
            case REORDER -> onReorderTimeout(nowNs);
            case LOSS_PROBE -> onProbeTimeout(nowNs);
            case PERSIST -> onPersistTimeout(nowNs);
            case KEEP_ALIVE -> count(s.timers.onKeepAlive(nowNs), SenderCounter.KEEP_ALIVE_PROBES);
            case LINGER -> {
                s.end.expire();
                s.timers.clear();
                yield TimerAction.CLOSED;
            }
        };
    }

    private TimerAction onRetransmissionTimeout(long nowNs) {
        if (s.timers.isHopeless(nowNs)) {
            return TimerAction.GIVE_UP;
        }
        s.counters.increment(SenderCounter.TIMEOUTS);
        final boolean first = s.timeoutsWithoutProgress == 0;
        final int una = s.board.una();
        final int flight = s.board.inFlight();
        // Linux tcp_enter_loss: one reduction a loss, however it was found
        final boolean reduces = first && s.recovery.phase() != Phase.FAST_RECOVERY;
        s.timeoutsWithoutProgress++;
        s.probe.stop();
        if (s.recovery.onTimeout(first, nowNs, s.rtt.srttNs())) {
            s.counters.increment(SenderCounter.RENEGES);
        }
        s.congestion.onTimeout(flight, s.recovery.pipeBytes(), reduces);
        s.notification.onReduced(s.board.nxt());
        s.rtt.backOff();
        s.timers.clearEarly();
        if (s.flow.usableFrom(una) == 0 && !s.bySegments) {
            return count(s.timers.onPersist(nowNs), SenderCounter.WINDOW_PROBES);
        }
        s.timers.armRetransmit(nowNs);
        return TimerAction.RETRANSMIT;
    }

    /** RFC 8985 6.3: the reordering window is over, and what was missing still is. */
    private TimerAction onReorderTimeout(long nowNs) {
        final long networkBytes = s.recovery.pipeBytes() + s.board.lostBytes();
        final int lost = s.recovery.detect(nowNs, s.rtt.srttNs());
        if (lost > 0) {
            final boolean begins = s.recovery.beginsFastRecovery();
            if (begins) {
                s.beginFastRecovery(networkBytes, nowNs);
            }
            s.congestion.onLossByTimer(begins, s.recovery.pipeBytes());
        }
        s.armEarly(nowNs);
        return TimerAction.RETRANSMIT;
    }

    /** RFC 8985 7.3; the retransmission timer starts anew when the probe leaves, and now in case it cannot. */
    private TimerAction onProbeTimeout(long nowNs) {
        s.timers.clearEarly();
        if (s.timers.isHopeless(nowNs)) {
            return TimerAction.GIVE_UP;
        }
        s.timers.armRetransmit(nowNs);
        if (s.flow.usableFrom(s.board.una()) == 0) {
            return TimerAction.NONE;
        }
        s.counters.increment(SenderCounter.LOSS_PROBES);
        final boolean newData = s.newDataWaits || isHeldBackDataInTheWindow();
        s.probe.fire(newData);
        return newData ? TimerAction.NONE : TimerAction.RETRANSMIT;
    }

    /** Linux tcp_send_loss_probe, tcp_snd_wnd_test: a whole segment, or all there is. */
    private boolean isHeldBackDataInTheWindow() {
        return s.heldBackBytes > 0
                && s.flow.usableFrom(s.board.nxt()) >= Math.min(s.heldBackBytes, s.segment.bytes());
    }

    private TimerAction onPersistTimeout(long nowNs) {
        if (s.board.inFlight() == 0 && s.flow.usableFrom(s.board.nxt()) > 0) {
            s.flow.overrideOnce();
            s.timers.onUnblocked(0, nowNs);
            return TimerAction.NONE;
        }
        return count(s.timers.onPersist(nowNs), SenderCounter.WINDOW_PROBES);
    }

    private TimerAction count(TimerAction action, SenderCounter probes) {
        if (action == TimerAction.PROBE) {
            s.counters.increment(probes);
        }
        return action;
    }
}
