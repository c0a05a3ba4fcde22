// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.clauses.Way;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Proportional rate reduction")
class PrrTest {

    private static final int MSS = 1000;

    private final Prr prr = new Prr(new SegmentSize(MSS), false);

    @Test
    @DisplayName("RFC 6937 3: one loss of 20 with ssthresh 10: one segment leaves for every two that arrive")
    @Clause(rfc = "RFC 6937", section = "3",
            does = "one loss: a share of ssthresh / RecoverFS leaves for what arrives, spread over the round trip")
    void oneLossSpreadsTheReductionOverTheRoundTrip() {
        prr.begin(20 * MSS, 10 * MSS);
        int sent = 0;
        int pipe = 19 * MSS;
        for (int arrived = 1; arrived <= 19; arrived++) {
            pipe -= MSS;
            prr.onDelivered(MSS, pipe, false);
            if (prr.roomBytes() >= MSS) {
                prr.onSent(MSS);
                pipe += MSS;
                sent++;
            }
            assertTrue(Math.abs(sent - arrived / 2.0) <= 1, "sent " + sent + " after " + arrived);
        }
        assertEquals(10, sent);
        assertEquals(10 * MSS, pipe);
    }

    @Test
    @DisplayName("RFC 6937 3.1, PRR-CRB: with many losses no more leaves than has arrived")
    @Clause(rfc = "RFC 6937", section = "3.1",
            does = "below ssthresh no more leaves than has arrived (conservative reduction bound)")
    void heavyLossConservesPackets() {
        prr.begin(20 * MSS, 10 * MSS);
        prr.onDelivered(MSS, 4 * MSS, false);
        assertEquals(MSS, prr.roomBytes());
        prr.onSent(MSS);
        prr.onDelivered(3 * MSS, 2 * MSS, false);
        assertEquals(3 * MSS, prr.roomBytes());
    }

    @Test
    @DisplayName("RFC 9937: while all goes well the window grows back by a segment an acknowledgement, up to ssthresh")
    @Clause(rfc = "RFC 9937",
            does = "while the acknowledgement moves and nothing more is lost, the window grows back by a segment "
                + "an acknowledgement")
    void progressWithoutNewLossGrowsBack() {
        prr.begin(20 * MSS, 10 * MSS);
        prr.onDelivered(MSS, 4 * MSS, true);
        assertEquals(2 * MSS, prr.roomBytes());
        prr.onDelivered(8 * MSS, 9 * MSS, true);
        assertEquals(MSS, prr.roomBytes());
    }

    @Test
    @DisplayName("RFC 9937: the first retransmission leaves at once, however small the share")
    @Clause(rfc = "RFC 9937",
            does = "the first retransmission leaves at once, however small the share")
    void theFirstSegmentGoesAtOnce() {
        prr.begin(100 * MSS, 50 * MSS);
        prr.onDelivered(100, 99 * MSS, false);
        assertEquals(MSS, prr.roomBytes());
        prr.onSent(MSS);
        assertEquals(0, prr.roomBytes());
        prr.onLossByTimer();
        assertEquals(MSS, prr.roomBytes());
    }

    @Test
    @DisplayName("RFC 6937 3: dividing acknowledgements gains nothing")
    @Clause(rfc = "RFC 6937", section = "3",
            does = "bytes are counted, so dividing acknowledgements gains nothing")
    @Hostile(value = "ACK for unsent data", layer = Layer.CORE)
    void countsBytes() {
        prr.begin(20 * MSS, 10 * MSS);
        prr.onDelivered(MSS, 19 * MSS, false);
        prr.onSent(MSS);
        for (int i = 0; i < 1000; i++) {
            prr.onDelivered(1, 18 * MSS, false);
        }
        assertEquals(0, prr.roomBytes());
        prr.onDelivered(2 * MSS, 16 * MSS, false);
        assertEquals(MSS, prr.roomBytes());
    }

    @AtEveryWrap
    @DisplayName("RFC 6937 3: recovery from one loss ends at ssthresh without a pause and without a burst")
    @Clause(rfc = "RFC 6937", section = "3",
            does = "recovery ends at ssthresh, without a pause and without a burst")
    void oneLossInASender(int isn) {
        final Scenario s = new Scenario(isn, true, 1_000_000, SenderConfig.forMss(MSS).initialCwndSegments(20)
                .congestionAlgorithm(CongestionAlgorithm.NEW_RENO).pacing(false).build()).send(20_000).after(50);
        int again = 0;
        int fresh = 0;
        for (int right = 2000; right <= 20_000; right += MSS) {
            s.event(0, 1000, right);
            while (!s.retransmit().equals("none")) {
                again++;
            }
            final int n = s.sendable(50_000);
            assertTrue(n <= MSS, "burst of " + n);
            if (n > 0) {
                s.send(n);
                fresh += n / MSS;
            }
        }
        assertEquals(1, again);
        assertEquals(10, fresh + again, "a window of ssthresh is out at the end");
        s.after(50).ack(20_000);
        assertEquals(10_000, s.cwnd());
        assertEquals(10_000, s.sender.ssthreshBytes());
    }

    @Test
    @Clause(rfc = "RFC 6937", section = "3", way = Way.LINUX,
            does = "where segments are counted a started one counts as a whole one (DIV_ROUND_UP)")
    void countsSegmentsWhereThatIsLinuxsWay() {
        final Prr bySegments = new Prr(new SegmentSize(MSS), true);
        bySegments.begin(10 * MSS, 7 * MSS);
        final StringBuilder sent = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            bySegments.onDelivered(MSS, 9 * MSS, false);
            final long segments = bySegments.roomBytes() / MSS;
            bySegments.onSent(segments * MSS);
            sent.append(segments);
        }
        assertEquals("11101101", sent.toString());
    }
}
