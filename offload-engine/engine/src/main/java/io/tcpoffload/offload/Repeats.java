// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.Extent;
import io.tcpoffload.core.Range;
import io.tcpoffload.kernel.DmaRing;
import io.tcpoffload.kernel.JobList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends again what was lost, out of the sessions' sources. Belongs to the session loop's thread. */
final class Repeats {

    private static final Logger LOG = LoggerFactory.getLogger(Repeats.class);

    private final TurnClock clock;
    private final Poster poster;
    private final Endings endings;
    private final Range range = new Range();
    private final Extent extent = new Extent();

    Repeats(TurnClock clock, Poster poster, Endings endings) {
        this.clock = clock;
        this.poster = poster;
        this.endings = endings;
    }

    /** @return segments sent again, or -1 when the session is gone */
    int send(ViewerSession session) {
        int done = 0;
        if (!session.sender().hasRetransmission() || session.path().isRefused(clock.nowNs())) {
            return 0;
        }
        while (session.sender().nextRetransmission(range, Math.min(session.sender().burstBytes(), DmaRing.MAX_PAYLOAD),
                clock.nowNs())) {
            int length = range.length();
            boolean fin = range.fin();
            boolean sent;
            if (length == 0) {
                sent = poster.control(session, range.seq(), JobList.ACK | JobList.FIN);
            } else {
                long position = session.stream().positionOf(range.seq());
                if (position < 0 || !session.source().locate(position, extent)) {
                    LOG.info("{} on {}: {} is not in the store any more, reset", session.remote(),
                            session.source().name(), range);
                    endings.reset(session, OffloadCounter.HISTORY_LOST);
                    return -1;
                }
                length = Math.min(session.stream().consecutive(range.seq(), length), extent.length());
                fin &= length == range.length();
                sent = poster.repeat(session, range.seq(), extent.memoryOffset(), length, position, fin);
            }
            if (!sent) {
                return done;
            }
            session.sender().onRetransmitted(range.seq(), fin ? length + 1 : length, clock.nowNs());
            done++;
        }
        return done;
    }
}
