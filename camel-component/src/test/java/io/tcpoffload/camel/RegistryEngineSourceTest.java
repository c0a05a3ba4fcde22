// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class RegistryEngineSourceTest {

    private static String rootCause(Throwable t) {
        while (t.getCause() != null) {
            t = t.getCause();
        }
        return t.getMessage();
    }

    private static void startNone(DefaultCamelContext context) {
        context.getComponent("tcpoffload", TcpOffloadComponent.class).setAutoStartEngine(false);
    }

    private static DefaultCamelContext contextWithRoute() throws Exception {
        var context = new DefaultCamelContext();
        startNone(context);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("tcpoffload:news");
            }
        });
        return context;
    }

    @Test
    void findsTheOnlyOne() throws Exception {
        try (var context = contextWithRoute()) {
            var engine = new FakeEngine();
            context.getRegistry().bind("any", engine);
            context.start();
            assertEquals(1, engine.opened.size());
            assertSame(engine, context.getComponent("tcpoffload", TcpOffloadComponent.class).engineSource().engine());
        }
    }

    @Test
    void routeDoesNotStartWithoutOneAndSaysWhatToDo() throws Exception {
        try (var context = contextWithRoute()) {
            var e = assertThrows(FailedToStartRouteException.class, context::start);
            assertEquals("no engine for channel news: bind an OffloadEngine to the registry, or name one by "
                    + "the option engine=#bean", rootCause(e));
        }
    }

    @Test
    void routeDoesNotStartWithTwoAndSaysWhatToDo() throws Exception {
        try (var context = contextWithRoute()) {
            context.getRegistry().bind("a", new FakeEngine());
            context.getRegistry().bind("b", new FakeEngine());
            var e = assertThrows(FailedToStartRouteException.class, context::start);
            assertEquals("no engine for channel news: the registry holds 2 engines, name one of them by the option "
                    + "engine=#bean", rootCause(e));
        }
    }

    @Test
    void lazyStartProducerPutsTheFailureOffToTheFirstMessage() throws Exception {
        try (var context = new DefaultCamelContext()) {
            startNone(context);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").to("tcpoffload:news?lazyStartProducer=true");
                }
            });
            context.start();
            var sent = context.createProducerTemplate().request("direct:in", x -> x.getMessage().setBody(new byte[1]));
            assertEquals("no engine for channel news: bind an OffloadEngine to the registry, or name one by "
                    + "the option engine=#bean", rootCause(sent.getException()));
        }
    }
}
