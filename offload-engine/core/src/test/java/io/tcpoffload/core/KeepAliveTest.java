// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Keep-alive (RFC 9293 3.8.4)")
class KeepAliveTest {

    @AtEveryWrap
    @Clause(rfc = "RFC 9293", section = "3.8.4", way = Way.LINUX,
            does = "an idle viewer is probed after 30 s (a setting) and reset after three unanswered probes")
    void findsAVanishedIdleViewer(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000).at(10).ack(1000);
        assertEquals(30_010, s.timerMs());
        for (int i = 0; i < 3; i++) {
            assertEquals(TimerAction.PROBE, s.fire());
            assertEquals(30_010 + 10_000 * i, s.nowMs());
            assertEquals(999, s.probe());
        }
        assertEquals(TimerAction.GIVE_UP, s.fire());
        assertEquals(60_010, s.nowMs());
        assertEquals(3, s.count(SenderCounter.KEEP_ALIVE_PROBES));
    }

    @AtEveryWrap
    @Clause(rfc = "RFC 9293", section = "3.8.4",
            does = "an answered keep-alive starts a new pause")
    void anAnswerStartsANewPause(int isn) {
        final Scenario s = Scenario.withSack(isn);
        for (int i = 0; i < 50; i++) {
            assertEquals(TimerAction.PROBE, s.fire());
            s.after(20).ack(0);
            assertEquals(s.nowMs() + 30_000, s.timerMs());
        }
    }

    @AtEveryWrap
    void anOldRecordIsNoAnswer(int isn) {
        final Scenario s = Scenario.withSack(isn).send(1000).at(10).ack(1000);
        s.fire();
        for (int i = 0; i < 100; i++) {
            s.sender.onAck(s.sender.una(), 1_000_000, 10 * Scenario.MS, s.after(1).now());
        }
        assertEquals(40_010, s.timerMs());
    }

    @Test
    @Clause(rfc = "RFC 9293", section = "3.8.4",
            does = "keep-alives can be switched off")
    void canBeSwitchedOff() {
        final Scenario s = new Scenario(0, true, 1000, SenderConfig.forMss(1000).keepAliveIdleNs(0).build());
        assertEquals(-1, s.timerMs());
        s.send(500).after(10).ack(500);
        assertEquals(-1, s.timerMs());
    }
}
