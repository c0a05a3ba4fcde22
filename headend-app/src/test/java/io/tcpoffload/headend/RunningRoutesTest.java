// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class RunningRoutesTest {

    private final DefaultCamelContext context = new DefaultCamelContext();

    private RunningRoutes start(String text) throws RouteException {
        var source = new RouteSource("a.xml", RouteFileType.XML, text.getBytes(StandardCharsets.UTF_8));
        return RunningRoutes.start("a.xml", source::loadInto, this::named);
    }

    private CamelContext named(String name) {
        context.getCamelContextExtension().setName(name);
        return context;
    }

    @Test
    void runsUntilStopped() throws RouteException {
        var routes = start("<routes><route><from uri='timer:a?period=10'/><to uri='direct:b'/></route>"
                + "<route id='b'><from uri='direct:b'/><to uri='log:b'/></route></routes>");
        assertEquals("a.xml", context.getName());
        assertEquals(2, routes.routes());
        assertTrue(context.getRouteController().getRouteStatus("b").isStarted());
        assertTrue(routes.usesAny(Set.of("seda", "timer")));
        assertFalse(routes.usesAny(Set.of("tcpoffload")));
        routes.stop();
        assertTrue(context.isStopped());
    }

    @Test
    void faultOfAStepNamesItsLineAndNothingRunsOn() {
        var fault = assertThrows(RouteException.class, () -> start("""
                <routes>
                  <route><from uri='timer:a'/><to uri='log:a'/></route>
                  <route id='b'>
                    <from uri='timer:b'/>
                    <setBody><simple>${foo</simple></setBody>
                  </route>
                </routes>"""));
        assertEquals("a.xml:5: expected symbol functionEnd but was eol", fault.in("a.xml"));
        assertTrue(context.isStopped());
    }

    @Test
    void missingLanguageIsNamedAndMayComeLater() {
        var fault = assertThrows(RouteException.class, () -> start("""
                <route>
                  <from uri='timer:a'/>
                  <setBody><language language='klingon'>x</language></setBody>
                </route>"""));
        assertEquals("a.xml:3: there is no Camel language 'klingon' (yet); the routes start when one is installed",
                fault.in("a.xml"));
        assertTrue(fault.curedByInstalling());
    }

    @Test
    void faultOfARouteNamesItsLine() {
        String same = "\n<route id='b'><from uri='timer:b'/><to uri='log:b'/></route>";
        assertEquals("a.xml:3: Failed to start route: b because: Duplicate id detected: b. Please correct ids to be "
                + "unique among all your routes.",
                assertThrows(RouteException.class, () -> start("<routes>" + same + same + "</routes>")).in("a.xml"));
        var other = new RunningRoutesTest();
        other.context.addComponent("tcpoffload", TestContexts.withoutEngine());
        assertEquals("a.xml:2: no engine for channel news: bind an OffloadEngine to the registry, or name one by the "
                + "option engine=#bean", assertThrows(RouteException.class, () -> other.start(
                        "<routes>" + same.replace("log:b", "tcpoffload:news") + "</routes>")).in("a.xml"));
    }
}
