// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.OffloadEngine;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

class OsgiEngineSourceTest {

    @TempDir
    private Path cache;
    private Framework framework;
    private OsgiEngineSource source;
    private int changes;

    @BeforeEach
    void startFramework() throws Exception {
        framework = ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow()
                .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, cache.toString()));
        framework.start();
        source = new OsgiEngineSource(framework.getBundleContext(), Runnable::run);
        source.addListener(() -> changes++);
    }

    @AfterEach
    void stopFramework() throws Exception {
        source.close();
        framework.stop();
        framework.waitForStop(10_000);
    }

    private ServiceRegistration<OffloadEngine> register(OffloadEngine engine, int ranking) {
        return framework.getBundleContext().registerService(OffloadEngine.class, engine, ranking(ranking));
    }

    private static Dictionary<String, Object> ranking(int ranking) {
        return new Hashtable<>(Map.of(Constants.SERVICE_RANKING, ranking));
    }

    @Test
    void thereIsNoneOutsideABundle() {
        assertNull(OsgiEngineSource.open(Runnable::run));
    }

    @Test
    void followsTheService() {
        assertNull(source.engine());
        assertTrue(source.mayComeLater());
        var engine = new FakeEngine();
        var registration = register(engine, 0);
        assertSame(engine, source.engine());
        assertTrue(source.runs(engine));
        assertEquals(1, changes);
        registration.unregister();
        assertNull(source.engine());
        assertFalse(source.runs(engine));
        assertEquals(2, changes);
    }

    @Test
    void prefersTheHighestRankingThenTheOldest() {
        var oldest = new FakeEngine();
        register(oldest, 0);
        var other = new FakeEngine();
        var registration = register(other, 0);
        assertSame(oldest, source.engine());
        registration.setProperties(ranking(5));
        assertSame(other, source.engine());
        assertEquals(3, changes);
    }

    @Test
    void closedItListensNoMore() {
        source.close();
        register(new FakeEngine(), 0);
        assertNull(source.engine());
        assertEquals(0, changes);
    }
}
