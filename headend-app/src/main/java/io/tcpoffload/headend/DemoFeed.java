// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import io.tcpoffload.headend.demo.DemoProgramme;
import io.tcpoffload.headend.demo.DemoProgramme.Piece;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the pieces of a programme to a route. A piece that could not be published, as while the engine is being
 * updated, is handed out again until it could, so that the stream has no gap. For one route, that is, one thread at a
 * time.
 */
final class DemoFeed {

    /** Between attempts to publish a piece: much less than the half clip that the programme waits for. */
    static final long RETRY_NS = 500_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(DemoFeed.class);

    private final DemoProgramme programme;
    private final LongConsumer published;
    private final LongSupplier clock;
    private Piece piece;
    private String lastFailure;
    private long retryAtNs;

    /**
     * @param published told the programme's position after each piece that was published
     * @param clock     nanoseconds, as of {@link System#nanoTime()}
     */
    DemoFeed(DemoProgramme programme, LongConsumer published, LongSupplier clock) {
        this.programme = programme;
        this.published = published;
        this.clock = clock;
    }

    /** Makes the piece that is due the message's body, null if none is. */
    void next(Exchange exchange) {
        long nowNs = clock.getAsLong();
        if (piece == null) {
            piece = programme.next(nowNs);
        }
        boolean due = piece != null && (lastFailure == null || nowNs - retryAtNs >= 0);
        exchange.getMessage().setBody(due ? piece.media() : null);
        exchange.getMessage().setHeader("CamelTcpOffloadKeyframe", due && piece.keyframe());
    }

    /** The piece was published. */
    void accepted(Exchange exchange) {
        piece = null;
        published.accept(programme.position());
        if (lastFailure != null) {
            lastFailure = null;
            LOG.info("demo channel goes on");
        }
    }

    /** The piece could not be published: said once a reason, not each time. */
    void failed(Exchange exchange) {
        Exception thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        String failure = RouteFaults.explain(thrown, List.of()).getMessage();
        if (!failure.equals(lastFailure)) {
            LOG.warn("demo channel waits: {}", failure);
        }
        lastFailure = failure;
        retryAtNs = clock.getAsLong() + RETRY_NS;
    }
}
