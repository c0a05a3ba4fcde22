// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import io.tcpoffload.core.SessionTimer.Purpose;

/** What the session's timer is armed for, for how long, and when waiting has become hopeless. */
final class SenderTimers {

    /** Linux tcp_check_sack_reneging. */
    static final long MIN_RENEGING_NS = 10_000_000L;

    private final SenderConfig config;
    private final RttEstimator rtt;
    private final Liveness liveness;
    private final SessionTimer timer = new SessionTimer();
    private long retransmitNs;
    private Purpose early = Purpose.NONE;
    private long earlyNs;
    private int persistBackOff;
    private boolean blocked;

    SenderTimers(SenderConfig config, RttEstimator rtt, Liveness liveness) {
        this.config = config;
        this.rtt = rtt;
        this.liveness = liveness;
    }

    Purpose purpose() {
        return timer.purpose();
    }

    long deadlineNs() {
        return timer.deadlineNs();
    }

    void clear() {
        arm(Purpose.NONE, Long.MAX_VALUE);
    }

    /** RFC 6298 5.1 and 5.3; never later than the moment to give up. */
    void armRetransmit(long nowNs) {
        retransmitNs = Math.min(nowNs + rtt.rtoNs(), liveness.progressNs() + config.giveUpNs());
        armEarlier();
    }

    /** The viewer seems to have thrown data away: a little time to prove otherwise (Linux tcp_check_sack_reneging). */
    void armReneging(long nowNs) {
        if (retransmitRuns()) {
            early = Purpose.NONE;
            retransmitNs = Math.min(retransmitNs, nowNs + Math.max(rtt.srttNs() / 2, MIN_RENEGING_NS));
            armEarlier();
        }
    }

    /** While data is in flight: loss may be found at {@code deadlineNs} without waiting for the retransmission timeout. */
    void armReorder(long deadlineNs) {
        armEarly(Purpose.REORDER, deadlineNs);
    }

    /** While data is in flight: a probe may go at {@code deadlineNs}, and instead of a timeout that would come earlier. */
    void armLossProbe(long deadlineNs) {
        armEarly(Purpose.LOSS_PROBE, deadlineNs);
    }

    /** Only the retransmission timeout is left to wait for. */
    void clearEarly() {
        if (early != Purpose.NONE) {
            armEarly(Purpose.NONE, Long.MAX_VALUE);
        }
    }

    private void armEarly(Purpose purpose, long deadlineNs) {
        if (retransmitRuns()) {
            early = purpose;
            earlyNs = deadlineNs;
            armEarlier();
        }
    }

    private void armEarlier() {
        if (early == Purpose.LOSS_PROBE || early == Purpose.REORDER && earlyNs < retransmitNs) {
            timer.arm(early, Math.min(earlyNs, retransmitNs));
        } else {
            timer.arm(Purpose.RETRANSMIT, retransmitNs);
        }
    }

    private boolean retransmitRuns() {
        return timer.is(Purpose.RETRANSMIT) || timer.is(Purpose.REORDER) || timer.is(Purpose.LOSS_PROBE);
    }

    private void arm(Purpose purpose, long deadlineNs) {
        early = Purpose.NONE;
        timer.arm(purpose, deadlineNs);
    }

    /** True when the viewer has acknowledged nothing for so long that it counts as dead (RFC 9293 3.8.3). */
    boolean isHopeless(long nowNs) {
        return nowNs - liveness.progressNs() >= config.giveUpNs();
    }

    void onSent(long nowNs) {
        blocked = false;
        persistBackOff = 0;
        if (!retransmitRuns()) {
            armRetransmit(nowNs);
        }
    }

    /** With data in flight the retransmission timer runs, unless the viewer has withdrawn the window it fills. */
    void onInFlight(boolean restart, boolean windowOpen, long nowNs) {
        if (timer.is(Purpose.PERSIST)) {
            if (windowOpen) {
                liveness.onProgress(nowNs);
                armRetransmit(nowNs);
            }
        } else if (restart || !retransmitRuns()) {
            armRetransmit(nowNs);
        }
    }

    /** @param anew whether the interval between probes begins with each acknowledgement (Linux tcp_ack_probe) */
    void onNothingInFlight(boolean anew, long nowNs) {
        if (!blocked) {
            armKeepAlive();
        } else if (anew || !timer.is(Purpose.PERSIST)) {
            armPersist(nowNs);
        }
    }

    /** Data waits, nothing is in flight, and the viewer's window is the reason. */
    void onBlocked(long nowNs) {
        if (!blocked) {
            blocked = true;
            armPersist(nowNs);
        }
    }

    /** Nothing waits for the window any more. */
    void onUnblocked(int inFlight, long nowNs) {
        if (blocked) {
            blocked = false;
            if (inFlight == 0) {
                armKeepAlive();
            }
        }
    }

    void onWindowChanged() {
        blocked = false;
        persistBackOff = 0;
    }

    /** The persist timer fired, and the window is shut: probe, or give up a viewer that answers none. */
    TimerAction onPersist(long nowNs) {
        if (nowNs - liveness.unansweredSinceNs(nowNs) >= config.giveUpNs()) {
            return TimerAction.GIVE_UP;
        }
        liveness.onProbe(nowNs);
        if (persistIntervalNs() < config.maxPersistNs()) {
            persistBackOff++;
        }
        armPersist(nowNs);
        return TimerAction.PROBE;
    }

    /** The keep-alive timer fired. */
    TimerAction onKeepAlive(long nowNs) {
        final long patienceNs = config.keepAliveIdleNs() + config.keepAliveProbes() * config.keepAliveIntervalNs();
        if (liveness.unanswered() >= config.keepAliveProbes() && nowNs - liveness.quietSinceNs() >= patienceNs) {
            return TimerAction.GIVE_UP;
        }
        liveness.onProbe(nowNs);
        arm(Purpose.KEEP_ALIVE, nowNs + config.keepAliveIntervalNs());
        return TimerAction.PROBE;
    }

    void armLinger(long nowNs) {
        arm(Purpose.LINGER, nowNs + config.lingerNs());
    }

    void startLinger(long nowNs) {
        if (!timer.is(Purpose.LINGER)) {
            armLinger(nowNs);
        }
    }

    private void armPersist(long nowNs) {
        final long hopelessNs = liveness.unansweredSinceNs(nowNs) + config.giveUpNs();
        arm(Purpose.PERSIST, Math.min(nowNs + persistIntervalNs(), hopelessNs));
    }

    /** RFC 9293 3.8.6.1: the first probe after one retransmission timeout, then at exponentially growing intervals. */
    private long persistIntervalNs() {
        return Math.min(rtt.baseRtoNs() << persistBackOff, config.maxPersistNs());
    }

    private void armKeepAlive() {
        if (config.keepAliveIdleNs() == 0) {
            clear();
        } else if (!timer.is(Purpose.KEEP_ALIVE) || liveness.unanswered() == 0) {
            arm(Purpose.KEEP_ALIVE, liveness.quietSinceNs() + config.keepAliveIdleNs());
        }
    }
}
