// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The engine itself, on ordinary sockets, for the time of a test class. */
final class RealEngine implements BeforeAllCallback, AfterAllCallback {

    private Engine engine;

    Engine engine() {
        return engine;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        var stores = Files.createTempDirectory("tcpoffload-camel-test");
        engine = Engine.start(EngineConfig.defaults().withTransport("nio").withStoreDirectory(stores.toString())
                .withListener("127.0.0.1:0").withInstance("camel-test"));
    }

    /** Where the engine listens: the only listener, or the one whose address begins so. */
    int port() {
        String address = engine.info().listeners().get(0);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** Channels without grace go after their publishers, by threads of the engine's own; it takes its directory with it. */
    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (!engine.channels().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        engine.close();
    }
}
