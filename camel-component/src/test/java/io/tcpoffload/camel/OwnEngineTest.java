// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.TransportMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnEngineTest {

    @TempDir
    private Path stores;

    private DefaultCamelContext context(Map<String, Object> more) throws Exception {
        var context = new DefaultCamelContext();
        context.getCamelContextExtension().setName("own");
        var settings = new HashMap<String, Object>(Map.of("transport", "nio", "listener", "127.0.0.1:0",
                "storeDirectory", stores.toString()));
        settings.putAll(more);
        context.getComponent("tcpoffload", TcpOffloadComponent.class).setEngineSettings(settings);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("tcpoffload:news?detachGrace=0");
            }
        });
        return context;
    }

    @Test
    void startsWithTheFirstRouteAndEndsWithTheContext() throws Exception {
        var context = context(Map.of());
        context.start();
        OffloadEngine engine = context.getComponent("tcpoffload", TcpOffloadComponent.class).engineSource().engine();
        assertEquals(TransportMode.NIO, engine.channels().get(0).transport());
        var sent = context.createProducerTemplate().request("direct:in", x -> x.getMessage().setBody(new byte[188]));
        assertEquals(188L, sent.getMessage().getHeader("CamelTcpOffloadAcceptedBytes"));
        try (var names = Files.list(stores)) {
            assertTrue(names.anyMatch(name -> name.getFileName().toString().equals("camel-own")));
        }
        context.close();
        assertTrue(engine.channels().isEmpty());
    }

    private String failure(String setting, Object value) throws Exception {
        try (var context = context(Map.of(setting, value))) {
            Throwable e = assertThrows(FailedToStartRouteException.class, context::start);
            while (e.getCause() != null) {
                e = e.getCause();
            }
            return e.getMessage();
        }
    }

    @Test
    void wrongSettingIsNamed() throws Exception {
        assertEquals("engineSettings: maxSessions 'many' is not valid: 1 to 65536", failure("maxSessions", "many"));
    }

    @Test
    void misspeltSettingIsNamedAndSoAreThoseThereAre() throws Exception {
        String message = failure("maxSession", 100);
        assertTrue(message.startsWith("engineSettings: setting 'maxSession' is unknown: listener, transport, "), message);
        assertTrue(message.contains(", maxSessions, "), message);
    }
}
