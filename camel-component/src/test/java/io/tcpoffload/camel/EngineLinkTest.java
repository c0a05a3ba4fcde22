// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Publisher;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineLinkTest {

    /** Services that a test starts and stops; the first is the one in use. */
    private static final class Services implements EngineSource {

        final List<OffloadEngine> running = new ArrayList<>();
        final List<Runnable> listeners = new ArrayList<>();
        boolean dynamic = true;

        void set(OffloadEngine... engines) {
            running.clear();
            running.addAll(List.of(engines));
            List.copyOf(listeners).forEach(Runnable::run);
        }

        @Override
        public OffloadEngine engine() {
            return running.isEmpty() ? null : running.get(0);
        }

        @Override
        public boolean runs(OffloadEngine engine) {
            return running.contains(engine);
        }

        @Override
        public boolean mayComeLater() {
            return dynamic;
        }

        @Override
        public String remedy() {
            return "start one";
        }

        @Override
        public void addListener(Runnable listener) {
            listeners.add(listener);
        }

        @Override
        public void removeListener(Runnable listener) {
            listeners.remove(listener);
        }

        @Override
        public void close() {
            listeners.clear();
        }
    }

    private final Services services = new Services();
    private final FakeEngine first = new FakeEngine();
    private final FakeEngine second = new FakeEngine();
    private final EngineLink<Publisher> link = new EngineLink<>(services, "channel news",
            engine -> engine.openChannel(ChannelSpec.channel("news")));

    @Test
    void opensOnce() {
        services.set(first);
        link.open();
        assertSame(link.get(), link.get());
        assertEquals(1, first.opened.size());
    }

    @Test
    void opensAsSoonAsAnEngineComes() {
        link.open();
        services.set(first);
        assertEquals(1, first.opened.size());
    }

    @Test
    void missingEngineFailsTheStartWhereNoneCanCome() {
        services.dynamic = false;
        var e = assertThrows(OffloadException.class, link::open);
        assertEquals("no engine for channel news: start one", e.getMessage());
    }

    @Test
    void publishingWithoutEngineFailsAndSaysWhatToDo() {
        services.set(first);
        link.open();
        services.set();
        var e = assertThrows(OffloadException.class, link::get);
        assertEquals("no engine for channel news: start one", e.getMessage());
    }

    @Test
    void followsAnUpdateOfTheEngineAndLeavesTheOldOneAlone() {
        services.set(first);
        link.open();
        var before = link.get();
        services.set();
        services.set(second);
        assertEquals(1, second.opened.size());
        assertNotSame(before, link.get());
        assertEquals(0, first.closed);
    }

    @Test
    void closesWhatItLeavesOnAnEngineThatRunsOn() {
        services.set(first);
        link.open();
        services.set(second, first);
        assertEquals(1, first.closed);
        assertEquals(1, second.opened.size());
    }

    @Test
    void refusalByTheNewEngineIsToldToThePublisherAndTriedAgain() {
        services.set(first);
        link.open();
        second.refusal = "listener 0.0.0.0:80 can't be bound";
        services.set(second);
        assertEquals(second.refusal, assertThrows(OffloadException.class, link::get).getMessage());
        second.refusal = null;
        assertEquals("news", link.get().channel());
    }

    @Test
    void tellsItsProblemWithoutOpeningAnything() {
        assertEquals("no engine for channel news: start one", link.problem());
        services.running.add(first);
        assertEquals("channel news is not open on the engine", link.problem());
        assertTrue(first.opened.isEmpty());
        link.open();
        assertNull(link.problem());
    }

    @Test
    void staysClosed() {
        services.set(first);
        link.open();
        link.close();
        link.close();
        assertEquals(1, first.closed);
        assertTrue(services.listeners.isEmpty());
        assertThrows(OffloadException.class, link::get);
        services.set(second);
        assertTrue(second.opened.isEmpty());
    }
}
