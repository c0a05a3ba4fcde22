// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Drain;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Publisher;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrainTest {

    private static final int PACKET = 188;

    @TempDir
    private Path directory;
    private Engine engine;
    private Publisher publisher;

    @BeforeEach
    void start() {
        engine = Engine.start(EngineConfig.defaults().withListener("127.0.0.1:0").withTransport("nio")
                .withInstance("drain-test").withStoreDirectory(directory.toString()));
        publisher = engine.openChannel(ChannelSpec.channel("news"));
        publish();
    }

    @AfterEach
    void stop() {
        publisher.close();
        engine.close();
    }

    private void publish() {
        publisher.publish(ByteBuffer.wrap(new byte[PACKET]), true);
    }

    private HttpURLConnection ask(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL("http://" + engine.info().listeners().get(0) + path)
                .openConnection();
        connection.setInstanceFollowRedirects(false);
        connection.setReadTimeout(10_000);
        return connection;
    }

    @Test
    void newViewersAreRefusedAndPresentOnesWatchOn() throws IOException {
        try (InputStream viewer = ask("/news").getInputStream()) {
            viewer.readNBytes(PACKET);
            assertEquals(List.of(), engine.drain(Drain.of(Drain.Present.STAY)));
            HttpURLConnection refused = ask("/news");
            assertEquals(503, refused.getResponseCode());
            assertEquals("30", refused.getHeaderField("Retry-After"));
            publish();
            assertEquals(PACKET, viewer.readNBytes(PACKET).length);
            engine.endDrain();
            assertEquals(200, ask("/news").getResponseCode());
        }
    }

    @Test
    void presentOnesAreEndedInGoodOrderAndSentElsewhereWhenTheyComeAgain() throws IOException {
        try (InputStream viewer = ask("/news").getInputStream()) {
            viewer.readNBytes(PACKET);
            engine.drain(Drain.of(Drain.Present.END).withRedirect("http://other:8080"));
            assertEquals(-1, viewer.read());
            HttpURLConnection redirected = ask("/news?token=a%20b");
            assertEquals(307, redirected.getResponseCode());
            assertEquals("http://other:8080/news?token=a%20b", redirected.getHeaderField("Location"));
        }
    }

    @Test
    void listenersThatComeLaterAreDrainedToo() throws IOException {
        engine.drain(Drain.of(Drain.Present.STAY));
        try (Publisher late = engine.openChannel(ChannelSpec.channel("late").withListener("localhost:0"))) {
            String address = engine.channels().stream().filter(channel -> channel.name().equals(late.channel())).findFirst()
                    .orElseThrow().listener();
            HttpURLConnection refused = (HttpURLConnection) new URL("http://" + address + "/late").openConnection();
            assertEquals(503, refused.getResponseCode());
        }
    }

    @Test
    void aWrongRedirectIsNamed() {
        OffloadException refused = assertThrows(OffloadException.class,
                () -> Drain.of(Drain.Present.END).withRedirect("other:8080/path"));
        assertTrue(refused.getMessage().contains("redirect 'other:8080/path' is not valid: http://host:port"));
    }
}
