// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.succession;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.startlevel.BundleStartLevel;

class SuccessionTest {

    private static final String ENGINE = "io.tcpoffload.engine";

    @TempDir
    private Path cache;
    private Framework framework;

    @BeforeEach
    void startFramework() throws BundleException {
        framework = ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow()
                .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, cache.toString()));
        framework.start();
        new Succession().start(framework.getBundleContext());
    }

    @AfterEach
    void stopFramework() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    private static InputStream jar(String name, String version) throws IOException {
        var manifest = new Manifest();
        Map.of("Manifest-Version", "1.0", "Bundle-ManifestVersion", "2", "Bundle-SymbolicName", name, "Bundle-Version",
                version).forEach(manifest.getMainAttributes()::putValue);
        var bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, manifest).close();
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private Bundle install(String name, String version) throws Exception {
        return framework.getBundleContext().installBundle(name + version, jar(name, version));
    }

    private Bundle start(String name, String version) throws Exception {
        Bundle bundle = install(name, version);
        bundle.start();
        return bundle;
    }

    @Test
    void theHigherVersionTakesTheLowersPlaceUntilItIsUninstalled() throws Exception {
        Bundle old = start(ENGINE, "1.0.0");
        Bundle dropped = start(ENGINE, "1.0.1");
        assertEquals(Bundle.RESOLVED, old.getState());
        assertEquals(Bundle.ACTIVE, dropped.getState());
        dropped.uninstall();
        assertEquals(Bundle.ACTIVE, old.getState());
    }

    @Test
    void theLowerOneHasStoppedBeforeTheHigherOneRuns() throws Exception {
        List<String> order = new ArrayList<>();
        Bundle old = start(ENGINE, "1.0.0");
        framework.getBundleContext().addBundleListener((SynchronousBundleListener) event -> {
            if (event.getType() == BundleEvent.STOPPED || event.getType() == BundleEvent.STARTED) {
                order.add(event.getBundle().getVersion() + (event.getType() == BundleEvent.STOPPED ? " stopped" : " started"));
            }
        });
        start(ENGINE, "1.0.1");
        assertEquals(List.of("1.0.0 stopped", "1.0.1 started"), order);
        assertEquals(true, old.adapt(BundleStartLevel.class).isPersistentlyStarted(), "a framework's start starts it");
    }

    @Test
    void anUpdateOfTheHigherOneDoesNotBringTheLowerOneBack() throws Exception {
        Bundle old = start(ENGINE, "1.0.0");
        Bundle dropped = start(ENGINE, "1.0.1");
        dropped.update(jar(ENGINE, "1.0.2"));
        assertEquals(Bundle.RESOLVED, old.getState());
        assertEquals(Bundle.ACTIVE, dropped.getState());
    }

    @Test
    void aLowerVersionDoesNotRunBesideAHigherOne() throws Exception {
        Bundle present = start(ENGINE, "1.0.1");
        Bundle dropped = start(ENGINE, "1.0.0");
        assertEquals(Bundle.RESOLVED, dropped.getState());
        assertEquals(Bundle.ACTIVE, present.getState());
        dropped.uninstall();
        assertEquals(Bundle.ACTIVE, present.getState());
    }

    @Test
    void whatAnOperatorHasStoppedStaysStopped() throws Exception {
        Bundle old = start(ENGINE, "1.0.0");
        old.stop();
        start(ENGINE, "1.0.1").uninstall();
        assertEquals(Bundle.RESOLVED, old.getState());
    }

    @Test
    void otherBundlesAreNoneOfItsBusiness() throws Exception {
        Bundle library = start("io.tcpoffload.api", "1.0.0");
        start("io.tcpoffload.api", "1.1.0");
        Bundle engine = start(ENGINE, "1.0.0");
        start("io.tcpoffload.camel", "1.0.1");
        assertEquals(Bundle.ACTIVE, library.getState());
        assertEquals(Bundle.ACTIVE, engine.getState());
    }
}
