// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.EngineInfo;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Published;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.headend.demo.DemoProgramme;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class DemoRouteTest {

    /** Takes buffers, except while it is told to refuse. */
    private static final class BufferEngine implements OffloadEngine, Publisher {

        final List<byte[]> accepted = new CopyOnWriteArrayList<>();
        final List<Boolean> keyframes = new CopyOnWriteArrayList<>();
        volatile boolean refusesChannels;
        volatile boolean refusesBodies;
        volatile int refusals;
        volatile String opened;

        @Override
        public Publisher openChannel(ChannelSpec spec) {
            refuseIf(refusesChannels);
            opened = spec.name();
            return this;
        }

        @Override
        public Published publish(ByteBuffer body, boolean keyframe) {
            refuseIf(refusesBodies);
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            accepted.add(bytes);
            keyframes.add(keyframe);
            return new Published(bytes.length, 0);
        }

        private void refuseIf(boolean refuses) {
            if (refuses) {
                refusals++;
                throw new OffloadException("not now");
            }
        }

        @Override
        public Published publish(Path file, boolean keyframe) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Published publish(InputStream body, boolean keyframe) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String channel() {
            return opened;
        }

        @Override
        public void close() {
            opened = null;
        }

        @Override
        public EngineInfo info() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<ChannelInfo> channels() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<SessionInfo> sessions() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String control(String line) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void handBack(long session) {
            throw new UnsupportedOperationException();
        }
    }

    private final BufferEngine engine = new BufferEngine();
    private final AtomicLong nowNs = new AtomicLong(1);
    private final AtomicLong position = new AtomicLong();

    private RunningRoutes start(DemoFeed feed) throws Exception {
        return RunningRoutes.start("demo", context -> context.addRoutes(new DemoRoute(feed, "clip")), name -> {
            var context = new DefaultCamelContext();
            context.getRegistry().bind("engine", engine);
            return context;
        });
    }

    private void awaitRefusal() throws InterruptedException {
        int before = engine.refusals;
        for (int i = 0; i < 500 && engine.refusals == before; i++) {
            Thread.sleep(10);
        }
        assertTrue(engine.refusals > before);
    }

    private void awaitPieces(int atLeast) throws InterruptedException {
        for (int i = 0; i < 500 && engine.accepted.size() < atLeast; i++) {
            nowNs.addAndGet(20_000_000);
            Thread.sleep(10);
        }
        assertTrue(engine.accepted.size() >= atLeast, engine.accepted.size() + " pieces");
    }

    /** What was accepted is the programme's beginning, piece by piece. */
    private void assertNoGap() throws Exception {
        DemoProgramme reference = DemoProgramme.open(0);
        long at = 1;
        for (int i = 0; i < engine.accepted.size(); i++) {
            DemoProgramme.Piece expected = reference.next(at);
            while (expected == null) {
                at += 50_000_000;
                expected = reference.next(at);
            }
            byte[] bytes = new byte[expected.media().remaining()];
            expected.media().get(bytes);
            assertArrayEquals(bytes, engine.accepted.get(i), "piece " + i);
            assertEquals(expected.keyframe(), engine.keyframes.get(i), "piece " + i);
        }
        assertTrue(engine.keyframes.get(0));
    }

    @Test
    void publishesWhatIsDue() throws Exception {
        var routes = start(new DemoFeed(DemoProgramme.open(0), position::set, nowNs::get));
        awaitPieces(1);
        awaitPieces(5);
        assertEquals("clip", engine.opened);
        routes.stop();
        assertEquals(null, engine.opened);
        assertEquals(engine.accepted.size(), position.get());
        assertNoGap();
    }

    @Test
    void waitsForTheChannelAndLosesNothing() throws Exception {
        engine.refusesChannels = true;
        var routes = start(new DemoFeed(DemoProgramme.open(0), position::set, nowNs::get));
        awaitRefusal();
        engine.refusesChannels = false;
        awaitPieces(2);
        routes.stop();
        assertNoGap();
    }

    @Test
    void goesOnWithTheSamePieceAfterAFailureAndAfterARestart() throws Exception {
        var feed = new DemoFeed(DemoProgramme.open(0), position::set, nowNs::get);
        var routes = start(feed);
        awaitPieces(1);
        engine.refusesBodies = true;
        nowNs.addAndGet(1_000_000_000);
        awaitRefusal();
        routes.stop();
        engine.refusesBodies = false;
        routes = start(feed);
        awaitPieces(4);
        routes.stop();
        assertNoGap();
    }
}
