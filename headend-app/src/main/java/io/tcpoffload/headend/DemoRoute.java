// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import org.apache.camel.builder.RouteBuilder;

/** The route of the demo channel. */
final class DemoRoute extends RouteBuilder {

    /** A quarter of a piece's length: pieces leave at their time, give or take that. */
    private static final int PERIOD_MS = 50;

    private final DemoFeed feed;
    private final String channel;

    DemoRoute(DemoFeed feed, String channel) {
        this.feed = feed;
        this.channel = channel;
    }

    @Override
    public void configure() {
        onException(Exception.class).handled(true).process(feed::failed);
        // The producer starts with the first piece and not with the route, so that a listener that can't be bound yet
        // is tried again like everything else that fails.
        from("timer:demo?fixedRate=true&delay=0&period=" + PERIOD_MS).routeId("demo")
                .process(feed::next)
                .loopDoWhile(body().isNotNull())
                    .to("tcpoffload:" + channel + "?lazyStartProducer=true")
                    .process(feed::accepted)
                    .process(feed::next);
    }
}
