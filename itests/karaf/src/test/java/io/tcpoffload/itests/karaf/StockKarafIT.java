// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.HttpViewer;
import io.tcpoffload.itests.Leftovers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;

/**
 * The features in a stock Karaf, by the KAR and the commands that the documentation names: each does its work, and
 * uninstalled leaves nothing. The test uses no class of the features: it would be restarted with them.
 */
@ExtendWith(BareKarafExtension.class)
class StockKarafIT {

    private static final String INSTANCE = System.getProperty(StockKaraf.INSTANCE);
    private static final String LISTENER = System.getProperty(StockKaraf.LISTENER);
    private static final Path KAR = Path.of(System.getProperty(StockKaraf.KAR, ""));

    /** ISO/IEC 13818-1 section 2.4.3.2. */
    private static final int PACKET = 188;
    private static final byte SYNC_BYTE = 0x47;

    @Inject
    private BundleContext context;
    @Inject
    private FeaturesService features;
    @Inject
    private SessionFactory sessions;

    private Path deployed;
    private Console console;
    private Set<String> bundlesBefore;
    private Set<String> repositoriesBefore;

    private void dropKar() throws Exception {
        console = new Console(sessions);
        bundlesBefore = bundles();
        repositoriesBefore = repositories();
        deployed = Path.of(System.getProperty("karaf.base"), "deploy", "tcpoffload-features.kar");
        Files.copy(KAR, deployed);
        Await.until("the KAR's features are known", () -> features.getFeature("tcpoffload-headend") != null);
        assertEquals(bundlesBefore, bundles(), "dropping the KAR installs nothing");
    }

    private void takeKarAway() throws Exception {
        for (Feature feature : features.listRequiredFeatures()) {
            if (feature.getName().startsWith("tcpoffload-")) {
                console.run("feature:uninstall " + feature.getName());
            }
        }
        Files.deleteIfExists(deployed);
        Await.until("the KAR's features are gone", () -> repositories().equals(repositoriesBefore));
        Await.until("no bundle stays of " + bundles(), () -> bundles().equals(bundlesBefore));
    }

    @Test
    void engineAlone() throws Exception {
        installUseUninstall("tcpoffload-engine", () -> {
            assertTrue(bundles().stream().noneMatch(b -> b.contains("camel")), "the engine needs no Camel");
            assertTrue(offered("io.tcpoffload.api.OffloadEngine", null));
        });
    }

    @Test
    void engineAndComponent() throws Exception {
        installUseUninstall("tcpoffload-camel-component", () -> {
            Await.until("the component is there", () -> offered("org.apache.camel.spi.ComponentResolver",
                    "(component=tcpoffload)"));
            assertTrue(bundles().stream().noneMatch(b -> b.contains("headend-app")));
        });
    }

    @Test
    void wholeHeadend() throws Exception {
        installUseUninstall("tcpoffload-headend", () -> {
            Await.until("the demo plays", () -> {
                try (HttpViewer viewer = HttpViewer.open(LISTENER, "/demo")) {
                    byte[] media = viewer.read(1000 * PACKET);
                    return media[0] == SYNC_BYTE && media[999 * PACKET] == SYNC_BYTE;
                }
            });
            String channels = console.run("offload:channels --json");
            assertTrue(channels.contains("\"demo\"") && channels.contains("\"OFFLOAD\""), channels);
        });
    }

    private interface Use {
        void run() throws Exception;
    }

    private void installUseUninstall(String feature, Use use) throws Exception {
        dropKar();
        try {
            install(feature);
            use.run();
            uninstall(feature);
        } finally {
            takeKarAway();
        }
    }

    private void install(String feature) throws Exception {
        console.run("feature:install " + feature);
        Await.until(feature + " is started", () -> features.getState(features.getFeature(feature).getId())
                .toString().equals("Started"));
        Await.until("the engine has its filters on lo", () -> Leftovers.filters(INSTANCE).stream()
                .filter(f -> f.startsWith("lo ")).count() == 2);
        assertFalse(Leftovers.of(INSTANCE).isEmpty());
        Await.until("the shell commands are there",
                () -> console.run("offload:info --json").contains("\"OFFLOAD\""));
        assertTrue(console.run("offload:info").contains("packet ring, header builder and receive hook are in place"));
    }

    private void uninstall(String feature) throws Exception {
        console.run("feature:uninstall " + feature);
        assertEquals(bundlesBefore, bundles(), "bundles after the uninstall");
        assertEquals(List.of(), Leftovers.of(INSTANCE), "left behind by the engine");
        Await.none("left on devices", Leftovers::onIdleDevices);
        assertFalse(offered("io.tcpoffload.api.OffloadEngine", null));
    }

    /** All, because the framework would load the class of a service of which only the suitable ones are asked for. */
    private boolean offered(String service, String filter) throws Exception {
        return context.getAllServiceReferences(service, filter) != null;
    }

    private Set<String> bundles() {
        return Arrays.stream(context.getBundles()).map(b -> b.getSymbolicName() + " " + b.getLocation())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> repositories() throws Exception {
        return Arrays.stream(features.listRepositories()).map(r -> r.getURI().toString())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
