// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The viewer's window: flow control, silly windows, persist")
class ReceiveWindowTest {

    private static Scenario zeroWindow(int isn) {
        final Scenario s = new Scenario(isn, true, 3000).send(3000).after(20).window(0).ack(3000);
        assertEquals(0, s.sendable(9000));
        return s;
    }

    @AtEveryWrap
    @DisplayName("RFC 9293 3.8.6: nothing beyond the right edge")
    @Clause(rfc = "RFC 9293", section = "3.8.6",
            does = "nothing is sent beyond the right edge")
    void staysInsideTheWindow(int isn) {
        final Scenario s = new Scenario(isn, true, 3500);
        assertEquals(3000, s.sendable(9000));
        s.send(3000);
        assertEquals(0, s.sendable(9000));
        s.ack(1000);
        assertEquals(1000, s.sendable(9000));
    }

    @AtEveryWrap
    @DisplayName("RFC 9293 3.8.6.2.1: a small remainder waits; the last bytes do not (no Nagle); half the window goes")
    @Clause(rfc = "RFC 9293", section = "3.8.6.2.1",
            does = "silly windows are avoided: full segments, all there is, or half the largest window")
    @Clause(rfc = "RFC 1122", section = "4.2.3.4", way = Way.LINUX,
            does = "no Nagle algorithm: a live stream's last bytes do not wait")
    @Hostile(value = "zero window", layer = Layer.CORE)
    void avoidsSillyWindows(int isn) {
        final Scenario s = new Scenario(isn, true, 8000).send(8000);
        s.window(300).ack(8000);
        assertEquals(0, s.sendable(5000));
        assertEquals(200, s.sendable(200));
        final Scenario tiny = new Scenario(isn, true, 800);
        assertEquals(800, tiny.sendable(5000));
        tiny.send(400);
        assertEquals(400, tiny.sendable(5000));
    }

    @AtEveryWrap
    @DisplayName("RFC 9293 3.8.6.2.1: a small window that stays small is used after the override timeout")
    @Clause(rfc = "RFC 9293", section = "3.8.6.2.1",
            does = "a small window that stays small is used after the override timeout")
    @Hostile(value = "zero window", layer = Layer.CORE)
    void usesASmallWindowAfterAWhile(int isn) {
        final Scenario s = new Scenario(isn, true, 8000).send(8000).after(20);
        s.window(1).ack(8000);
        assertEquals(0, s.sendable(5000));
        assertEquals(20 + 220, s.timerMs());
        assertEquals(TimerAction.NONE, s.fire());
        assertEquals(1, s.sendable(5000));
        s.send(1);
        assertEquals(0, s.sendable(5000));
    }

    @AtEveryWrap
    @DisplayName("RFC 9293 3.8.6.1: probes one before una after RTO, then ever slower, as long as they are answered")
    @Clause(rfc = "RFC 9293", section = "3.8.6.1",
            does = "a zero window is probed after RTO and then at doubling intervals, up to 15 s, for ever while "
                + "answered")
    @Clause(rfc = "RFC 9293", section = "3.8.6.1", way = Way.LINUX,
            does = "a probe is a segment without data at SND.UNA - 1")
    @Hostile(value = "zero window", layer = Layer.CORE, counter = "sender_window_probes")
    void probesAZeroWindowForEverWhileAnswered(int isn) {
        final Scenario s = zeroWindow(isn);
        long interval = 220;
        for (int i = 0; i < 40; i++) {
            final long before = s.nowMs();
            assertEquals(0, s.sendable(9000));
            assertEquals(TimerAction.PROBE, s.fire());
            assertEquals(before + interval, s.nowMs());
            assertEquals(2999, s.probe());
            s.ack(3000);
            interval = Math.min(interval * 2, 15_000);
        }
        assertEquals(40, s.count(SenderCounter.WINDOW_PROBES));
        s.after(1).window(5000).ack(3000);
        assertEquals(5000, s.sendable(9000));
        assertEquals(0, s.count(SenderCounter.DUPLICATE_ACKS));
    }

    @AtEveryWrap
    @DisplayName("RFC 6429: a viewer that answers no probe is given up")
    @Clause(rfc = "RFC 6429", section = "3",
            does = "a viewer whose zero window answers is kept; one that answers no probe for 60 s is reset")
    @Hostile(value = "zero window", layer = Layer.CORE)
    void givesUpWhenProbesAreNotAnswered(int isn) {
        final Scenario s = zeroWindow(isn);
        final long first = s.timerMs();
        TimerAction action;
        int probes = 0;
        while ((action = s.fire()) == TimerAction.PROBE) {
            probes++;
            s.sendable(9000);
        }
        assertEquals(TimerAction.GIVE_UP, action);
        assertEquals(first + 60_000, s.nowMs());
        assertEquals(true, probes > 5);
    }

    @AtEveryWrap
    @DisplayName("Persist ends when there is nothing left to send")
    @Clause(rfc = "RFC 9293", section = "3.8.6.1",
            does = "there are no window probes when nothing waits to be sent")
    void stopsProbingWhenNothingWaits(int isn) {
        final Scenario s = zeroWindow(isn);
        assertEquals(0, s.sendable(0));
        assertEquals(20 + 30_000, s.timerMs());
    }

    @AtEveryWrap
    @DisplayName("RFC 9293 3.8.6: a window taken back is tolerated; what lies beyond waits, and the viewer is probed")
    @Clause(rfc = "RFC 9293", section = "3.8.6",
            does = "a window taken back is tolerated: nothing more goes, the viewer is probed, and time behind a "
                + "shut window is no silence")
    @Hostile(value = "zero window", layer = Layer.CORE, counter = "sender_window_shrinks")
    void toleratesAShrinkingWindow(int isn) {
        final Scenario s = new Scenario(isn, true, 8000).send(8000).after(20);
        s.window(2000).ack(1000);
        assertEquals(1, s.count(SenderCounter.WINDOW_SHRINKS));
        assertEquals(0, s.sendable(5000));
        s.after(10).window(0).ack(1000);
        assertEquals(TimerAction.PROBE, s.fire());
        assertEquals("none", s.retransmit());
        for (int i = 0; i < 20; i++) {
            s.ack(1000);
            assertEquals(TimerAction.PROBE, s.fire());
        }
        s.after(5).window(8000).ack(1000);
        assertEquals("1000+1000", s.retransmit());
        // the minutes behind the shut window do not count as silence
        assertEquals(TimerAction.RETRANSMIT, s.fire());
        s.after(5).ack(8000);
        assertEquals(8000, s.una());
    }

    @AtEveryWrap
    @DisplayName("RFC 9293 3.8.6: retransmissions stay inside a window that was taken back in part")
    @Clause(rfc = "RFC 9293", section = "3.8.6",
            does = "retransmissions stay inside a window that was taken back")
    @Hostile(value = "zero window", layer = Layer.CORE)
    void retransmitsOnlyInsideTheWindow(int isn) {
        final Scenario s = new Scenario(isn, true, 8000).send(8000).after(20);
        s.window(400).ack(1000);
        assertEquals(TimerAction.RETRANSMIT, s.fire());
        assertEquals("1000+400", s.retransmit());
        assertEquals("none", s.retransmit());
    }

    @AtEveryWrap
    @DisplayName("Of two windows for one acknowledgement the later arrival counts, whatever way it came")
    @Clause(rfc = "RFC 9293", section = "3.10.7.4",
            does = "of two windows with the same acknowledgement the later segment counts (SND.WL1, SND.WL2)")
    void anOlderEventDoesNotOverrideTheRecord(int isn) {
        final Scenario s = new Scenario(isn, true, 20_000).send(5000).at(20);
        s.window(0).ack(5000);
        s.sender.onSack(s.sender.una(), 20_000, new int[0], 0, 10 * Scenario.MS, s.now());
        s.sender.onSack(s.sender.una(), 20_000, new int[0], 0, 20 * Scenario.MS, s.now());
        assertEquals(0, s.sender.usableWindowBytes());
    }

    @AtEveryWrap
    @DisplayName("A post that failed changes nothing: the same bytes are offered again")
    void offersAgainWhatDidNotLeave(int isn) {
        final Scenario s = Scenario.withSack(isn);
        assertEquals(10_000, s.sendable(64_000));
        assertEquals(10_000, s.after(1).sendable(64_000));
        assertEquals(0, s.nxt());
    }
}
