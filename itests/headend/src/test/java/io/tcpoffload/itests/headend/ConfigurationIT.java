// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.HttpViewer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Settings changed while the headend runs and a viewer watches. */
@Timeout(180)
class ConfigurationIT {

    private static final int PACKET = 188;
    /** Felix File Install looks every second, and overlooks a change made while it still hands the last one on. */
    private static final long SETTLE_MILLIS = 1500;
    private static final Headend HEADEND = Headend.named("settings");

    private Path engine;
    private Path demo;
    private String engineBefore;
    private String demoBefore;
    private int logBefore;

    @BeforeAll
    static void start() {
        HEADEND.start();
    }

    @AfterAll
    static void stop() throws IOException {
        HEADEND.close();
    }

    @BeforeEach
    void remember() throws IOException {
        engine = HEADEND.file("etc/io.tcpoffload.engine.cfg");
        demo = HEADEND.file("etc/io.tcpoffload.headend.demo.cfg");
        engineBefore = Files.readString(engine);
        demoBefore = Files.readString(demo);
        logBefore = HEADEND.log().length();
    }

    @AfterEach
    void restore() throws IOException {
        write(engine, engineBefore);
        write(demo, demoBefore);
        awaitTransport("OFFLOAD");
        awaitDemo("/demo");
    }

    private static void awaitDemo(String path) {
        Await.until("the demo plays as " + path, () -> {
            try (HttpViewer viewer = HttpViewer.open(HEADEND.listener(), path)) {
                return viewer.read(PACKET)[0] == 0x47;
            }
        });
    }

    private static void awaitTransport(String transport) {
        Await.until("the transport is " + transport, () -> HEADEND.shell("offload:info --json")
                .contains("\"transport\":\"" + transport + "\""));
    }

    /** Writes settings as a user does, each in place of the one that is there. */
    private static void set(Path file, String... settings) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        for (String setting : settings) {
            String key = setting.substring(0, setting.indexOf('='));
            lines.removeIf(line -> line.startsWith(key));
            lines.add(setting);
        }
        write(file, String.join("\n", lines) + "\n");
    }

    private static void write(Path file, String text) throws IOException {
        if (!Files.readString(file).equals(text)) {
            Await.sleep(SETTLE_MILLIS);
            Files.writeString(file, text);
        }
    }

    private void assertSaid(String problem) {
        HEADEND.awaitLog(logBefore, problem);
    }

    @Test
    void wrongEngineSettingsAreNamedAndEverythingRunsOn() throws IOException {
        long pid = HEADEND.karaf().orElseThrow().pid();
        try (HttpViewer viewer = HttpViewer.open(HEADEND.listener(), "/demo")) {
            viewer.read(PACKET);
            set(engine, "maxSessions = 70000", "transport = warp", "devices = a-name-longer-than-linux-allows",
                    "listener = localhost", "instance = no spaces", "storeDirectory = stores");
            assertSaid("io.tcpoffload.engine: maxSessions '70000' is not valid: 1 to 65536");
            assertSaid("io.tcpoffload.engine: transport 'warp' is not valid: auto, offload or nio");
            assertSaid("io.tcpoffload.engine: devices 'a-name-longer-than-linux-allows' is not valid: auto, none, "
                    + "or interface names of 1 to 15 characters separated by commas");
            assertSaid("io.tcpoffload.engine: listener 'localhost' is not valid: ");
            assertSaid("io.tcpoffload.engine: instance 'no spaces' is not valid: 1 to 32 letters, digits, '-' or '_'");
            assertSaid("io.tcpoffload.engine: storeDirectory 'stores' is not valid: an absolute path");
            for (int i = 0; i < 500; i++) {
                assertEquals(0x47, viewer.read(PACKET)[0]);
            }
            assertFalse(HEADEND.log().substring(logBefore).contains("restarting the engine"));
        }
        assertEquals(pid, HEADEND.karaf().orElseThrow().pid());
    }

    @Test
    void rightSettingsBesideAWrongOneAreTaken() throws IOException {
        set(engine, "maxSessions = 0", "transport = nio");
        assertSaid("io.tcpoffload.engine: maxSessions '0' is not valid: 1 to 65536");
        awaitTransport("NIO");
    }

    @Test
    void wrongDemoSettingsAreNamedAndTheDemoPlaysOn() throws IOException {
        try (HttpViewer viewer = HttpViewer.open(HEADEND.listener(), "/demo")) {
            viewer.read(PACKET);
            set(demo, "enabled = perhaps");
            assertSaid("io.tcpoffload.headend.demo: enabled = 'perhaps' is not valid: true or false");
            set(demo, "enabled = true", "channel = a/b");
            assertSaid("io.tcpoffload.headend.demo: channel = 'a/b' is not valid: 1 to 64 letters, digits");
            for (int i = 0; i < 500; i++) {
                assertEquals(0x47, viewer.read(PACKET)[0]);
            }
        }
        set(demo, "channel = trailer");
        awaitDemo("/trailer");
    }

    @Test
    void transportNioIsSaidEverywhere() throws IOException {
        set(engine, "transport = nio");
        awaitTransport("NIO");
        awaitDemo("/demo");
        String info = HEADEND.shell("offload:info");
        assertTrue(info.contains("the setting transport=nio asks for it"), info);
        String channels = HEADEND.shell("offload:channels");
        assertTrue(channels.contains("NIO") && channels.contains("the setting transport=nio asks for it"), channels);
        assertSaid("transport NIO");
        assertSaid("the setting transport=nio asks for it");
        assertEquals(List.of(), HEADEND.leftovers().stream().filter(left -> !left.startsWith("/dev/shm")).toList(),
                "the ordinary transport needs nothing in the kernel");
    }
}
