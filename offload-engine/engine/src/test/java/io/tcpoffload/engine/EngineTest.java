// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.TransportMode;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine's channels and listeners, on the ordinary transport; the ring has its own tests. */
@Timeout(30)
class EngineTest {

    @TempDir
    private Path directory;
    private EngineConfig config;
    private Engine engine;

    @BeforeEach
    void start() {
        config = EngineConfig.defaults().withListener("127.0.0.1:0").withTransport("nio").withInstance("engine-test")
                .withStoreDirectory(directory.resolve("stores").toString());
        engine = Engine.start(config);
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void deliversWhatIsPublished() throws Exception {
        try (Publisher publisher = engine.openChannel(ChannelSpec.channel("news"))) {
            byte[] media = new byte[188 * 1000];
            new Random(1).nextBytes(media);
            publisher.publish(ByteBuffer.wrap(media), true);
            try (InputStream in = viewer("news")) {
                assertArrayEquals(media, in.readNBytes(media.length));
                assertEquals(TransportMode.NIO, engine.sessions().get(0).transport());
                assertEquals(1, engine.channels().get(0).viewers());
            }
        }
    }

    @Test
    void saysWhichTransportRunsAndWhy() {
        assertEquals(TransportMode.NIO, engine.info().transport());
        assertTrue(engine.info().reason().contains("transport=nio"));
        assertFalse(engine.info().features().isEmpty());
    }

    @Test
    void refusesAnotherSpecificationOfAnOpenChannel() {
        try (Publisher first = engine.openChannel(ChannelSpec.channel("news"));
                Publisher same = engine.openChannel(ChannelSpec.channel("news"))) {
            assertEquals(first.channel(), same.channel());
            OffloadException refused = assertThrows(OffloadException.class,
                    () -> engine.openChannel(ChannelSpec.channel("news").withStoreBytes(1 << 21)));
            assertTrue(refused.getMessage().contains("storeSize=33554432"), refused.getMessage());
            assertTrue(refused.getMessage().contains("storeSize=2097152"), refused.getMessage());
        }
    }

    @Test
    void beginsAChannelAnewWhenNobodyPublishesAndItsSettingsHaveChanged() throws Exception {
        engine.openChannel(ChannelSpec.channel("news")).close();
        try (Publisher publisher = engine.openChannel(ChannelSpec.channel("news").withStoreBytes(1 << 21))) {
            publisher.publish(ByteBuffer.wrap(new byte[188]), true);
            try (InputStream in = viewer("news")) {
                assertEquals(188, in.readNBytes(188).length);
            }
        }
    }

    @Test
    void refusesOffloadWhereItCantBeHad() {
        OffloadException refused = assertThrows(OffloadException.class,
                () -> engine.openChannel(ChannelSpec.channel("news").withTransport(TransportMode.OFFLOAD)));
        assertTrue(refused.getMessage().contains("transport=auto"), refused.getMessage());
    }

    @Test
    void closesAChannelWhenNobodyPublishesForItsGrace() throws Exception {
        Publisher publisher = engine.openChannel(ChannelSpec.channel("news").withDetachGrace(Duration.ofMillis(50)));
        publisher.publish(ByteBuffer.wrap(new byte[188]), true);
        try (InputStream in = viewer("news")) {
            in.readNBytes(188);
            publisher.close();
            assertEquals(-1, in.read());
        }
        assertTrue(engine.channels().isEmpty());
    }

    @Test
    void keepsViewersWhenAPublisherComesBackInTime() throws Exception {
        ChannelSpec spec = ChannelSpec.channel("news").withDetachGrace(Duration.ofMillis(300));
        Publisher publisher = engine.openChannel(spec);
        publisher.publish(ByteBuffer.wrap(new byte[188]), true);
        try (InputStream in = viewer("news")) {
            in.readNBytes(188);
            publisher.close();
            try (Publisher again = engine.openChannel(spec)) {
                Thread.sleep(400);
                again.publish(ByteBuffer.wrap(new byte[376]), true);
                assertEquals(376, in.readNBytes(376).length);
            }
        }
    }

    @Test
    void namesThePortThatIsInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            OffloadException refused = assertThrows(OffloadException.class,
                    () -> engine.openChannel(ChannelSpec.channel("news").withListener(address)));
            assertTrue(refused.getMessage().contains(address) && refused.getMessage().contains("in use"),
                    refused.getMessage());
        }
        assertTrue(engine.channels().isEmpty());
    }

    @Test
    void refusesASecondEngineOfTheSameName() {
        OffloadException refused = assertThrows(OffloadException.class, () -> Engine.start(config));
        assertTrue(refused.getMessage().contains("engine-test"), refused.getMessage());
    }

    @Test
    void leavesNothingBehind() {
        engine.openChannel(ChannelSpec.channel("news"));
        engine.close();
        assertFalse(Files.exists(directory.resolve("stores")));
    }

    private InputStream viewer(String channel) throws Exception {
        return URI.create("http://" + engine.info().listeners().get(0) + "/" + channel).toURL().openStream();
    }
}
