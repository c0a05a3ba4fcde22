// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The engine itself, on ordinary sockets, for the time of a test class. */
final class RealEngine implements BeforeAllCallback, AfterAllCallback {

    private Engine engine;
    private Path stores;

    Engine engine() {
        return engine;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        stores = Files.createTempDirectory("tcpoffload-camel-test");
        engine = Engine.start(EngineConfig.defaults().withTransport("nio").withStoreDirectory(stores.toString())
                .withListener("127.0.0.1:0").withInstance("camel-test"));
    }

    /** Where the engine listens: the only listener, or the one whose address begins so. */
    int port() {
        String address = engine.info().listeners().get(0);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** At once, while channels whose routes have just stopped end by threads of the engine's own. */
    @Override
    public void afterAll(ExtensionContext context) {
        assertTimeoutPreemptively(Duration.ofSeconds(40), engine::close);
        assertTrue(Files.notExists(stores), () -> stores + " is left");
    }
}
