// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.EventSpec;
import io.tcpoffload.api.Registration;
import io.tcpoffload.api.ViewerEvent;
import io.tcpoffload.api.ViewerListener;
import io.tcpoffload.channel.Viewer;
import io.tcpoffload.channel.ViewerWatcher;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Tells what happens to viewers to whoever wants to hear it. Thread-safe; never blocks who tells. */
final class EventHub implements AutoCloseable {

    private final List<EventQueue> queues = new CopyOnWriteArrayList<>();

    Registration add(EventSpec spec, ViewerListener listener) {
        EventQueue queue = new EventQueue(spec, listener, queues::remove);
        queues.add(queue);
        return queue;
    }

    /** For the viewers of one listener. */
    ViewerWatcher at(String key) {
        return (type, viewer, sentBytes, lagBytes, reason) -> tell(key, type, viewer, sentBytes, lagBytes, reason);
    }

    private void tell(String key, ViewerEvent.Type type, Viewer viewer, long sentBytes, long lagBytes, String reason) {
        ViewerEvent event = null;
        for (EventQueue queue : queues) {
            if (queue.wants(type, key, viewer.channel().name())) {
                if (event == null) {
                    event = new ViewerEvent(type, viewer.id(), key, viewer.channel().name(), viewer.remote(),
                            viewer.local(), viewer.token(), viewer.transport(), Instant.now(),
                            Duration.ofMillis(viewer.ageMillis()), sentBytes, lagBytes, reason);
                }
                queue.offer(event);
            }
        }
    }

    @Override
    public void close() {
        queues.forEach(EventQueue::finish);
    }
}
