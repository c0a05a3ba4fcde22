// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readiness and liveness, asked as an orchestrator's probes have Camel ask. */
class HealthTest {

    private static final String PRODUCER = "producer:tcpoffload-127.0.0.1:0/news";
    private static final String CONSUMER_READY = "consumer:gate";
    private static final String CONSUMER_LIVE = "consumer:tcpoffload-gate";
    private static final String STOPPED = "the engine has stopped; nothing but a restart of the Camel context starts another";

    private final FakeEngine fake = new FakeEngine();
    private final DefaultCamelContext context = new DefaultCamelContext();

    private void start(OffloadEngine engine) throws Exception {
        context.getRegistry().bind("engine", engine);
        HealthCheckRegistry checks = HealthCheckHelper.getHealthCheckRegistry(context);
        checks.setExposureLevel("full");
        for (String repository : new String[] {"producers", "consumers"}) {
            checks.register(checks.resolveById(repository));
            HealthCheckHelper.getHealthCheckRepository(context, repository).setEnabled(true);
        }
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeId("feed")
                    .to("tcpoffload:127.0.0.1:0/news?staleAfter=10s&detachGrace=0&tokenSecret=0123456789abcdef");
                from("tcpoffload:127.0.0.1:0/{channel}?events=request").routeId("gate").to("log:gate?level=OFF");
            }
        });
        context.start();
    }

    @AfterEach
    void close() throws Exception {
        context.close();
    }

    private static Set<String> ours(Collection<HealthCheck.Result> results) {
        return results.stream().map(result -> result.getCheck().getId()).filter(id -> id.contains("tcpoffload")
                || id.equals(CONSUMER_READY)).collect(Collectors.toCollection(TreeSet::new));
    }

    private HealthCheck.Result readiness(String id) {
        return one(HealthCheckHelper.invokeReadiness(context), id);
    }

    private HealthCheck.Result liveness(String id) {
        return one(HealthCheckHelper.invokeLiveness(context), id);
    }

    private static HealthCheck.Result one(Collection<HealthCheck.Result> results, String id) {
        return results.stream().filter(result -> result.getCheck().getId().equals(id)).findFirst()
                .orElseThrow(() -> new AssertionError(id + " is not among " + ours(results)));
    }

    private static void assertUp(HealthCheck.Result result) {
        assertEquals(HealthCheck.State.UP, result.getState(), result.getMessage().toString());
    }

    private static void assertDown(String why, HealthCheck.Result result) {
        assertEquals(HealthCheck.State.DOWN, result.getState());
        assertEquals(why, result.getMessage().orElseThrow());
    }

    @Test
    void eachKindHasOneCheckOfEachSide() throws Exception {
        start(fake);
        assertEquals(Set.of(PRODUCER, CONSUMER_READY), ours(HealthCheckHelper.invokeReadiness(context)));
        assertEquals(Set.of(PRODUCER, CONSUMER_LIVE), ours(HealthCheckHelper.invokeLiveness(context)));
    }

    @Test
    void checksTellWhatTheyAreAndNoSecrets() throws Exception {
        start(fake);
        fake.channels.add(FakeEngine.info("news", 5, false));
        var details = readiness(PRODUCER).getDetails();
        assertEquals(PRODUCER, details.get(HealthCheck.CHECK_ID));
        assertEquals(HealthCheck.Kind.READINESS, details.get(HealthCheck.CHECK_KIND));
        assertEquals(HealthCheck.Kind.LIVENESS, liveness(PRODUCER).getDetails().get(HealthCheck.CHECK_KIND));
        assertEquals(HealthCheck.Kind.LIVENESS, liveness(CONSUMER_LIVE).getDetails().get(HealthCheck.CHECK_KIND));
        String uri = details.get(HealthCheck.ENDPOINT_URI).toString();
        assertTrue(uri.contains("127.0.0.1:0/news") && !uri.contains("0123456789abcdef"), uri);
    }

    @Test
    void silentSourceIsNotReadyButAlive() throws Exception {
        start(fake);
        fake.channels.add(FakeEngine.info("news", 5, false));
        assertUp(readiness(PRODUCER));
        fake.channels.set(0, FakeEngine.info("news", 5, true));
        assertDown("channel news has had no media for more than staleAfter 10000 ms", readiness(PRODUCER));
        assertUp(liveness(PRODUCER));
    }

    @Test
    void ambiguousEngineIsNotReadyButAlive() throws Exception {
        start(fake);
        context.getRegistry().bind("second", new FakeEngine());
        assertDown("no engine for handler of /{channel}: the registry holds 2 engines, name one of them by the option "
                + "engine=#bean", readiness(CONSUMER_READY));
        assertUp(liveness(CONSUMER_LIVE));
        assertUp(liveness(PRODUCER));
    }

    @Test
    void stoppedEngineIsNeitherReadyNorAlive(@TempDir Path stores) throws Exception {
        try (Engine engine = Engine.start(EngineConfig.defaults().withTransport("nio").withInstance("camel-health")
                .withStoreDirectory(stores.toString()))) {
            start(engine);
            context.createProducerTemplate().sendBody("direct:in", new byte[188]);
            assertUp(readiness(PRODUCER));
            assertUp(liveness(PRODUCER));
            assertUp(readiness(CONSUMER_READY));
            assertUp(liveness(CONSUMER_LIVE));
            engine.close();
            assertDown(STOPPED, readiness(PRODUCER));
            assertDown(STOPPED, liveness(PRODUCER));
            assertDown(STOPPED, readiness(CONSUMER_READY));
            assertDown(STOPPED, liveness(CONSUMER_LIVE));
        }
    }

    @Test
    void checksGoWithTheirRoutes() throws Exception {
        start(fake);
        for (String route : new String[] {"feed", "gate"}) {
            context.getRouteController().stopRoute(route);
            context.removeRoute(route);
        }
        assertTrue(ours(HealthCheckHelper.invoke(context)).isEmpty());
    }

    @Test
    void checksCanBeSwitchedOff() throws Exception {
        var component = context.getComponent("tcpoffload", TcpOffloadComponent.class);
        component.setHealthCheckConsumerEnabled(false);
        component.setHealthCheckProducerEnabled(false);
        start(fake);
        fake.refusal = "nothing works";
        assertFalse(ours(HealthCheckHelper.invoke(context)).stream().anyMatch(id -> id.contains("tcpoffload")));
        assertUp(readiness(CONSUMER_READY));
    }
}
