// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.nio;

import io.netty.channel.EventLoop;
import io.tcpoffload.channel.MediaChannel;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The viewers of one channel. An append wakes each event loop that has some of them, once: what is appended before the
 * loop gets to it is found by the same task. Changed under the transport's map, woken from any thread.
 */
final class Audience {

    /** One event loop's share. */
    private static final class Share implements Runnable {
        private final EventLoop loop;
        private final Set<NioViewer> viewers = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean pending = new AtomicBoolean();

        private Share(EventLoop loop) {
            this.loop = loop;
        }

        private void wake() {
            if (pending.compareAndSet(false, true)) {
                loop.execute(this);
            }
        }

        @Override
        public void run() {
            pending.set(false);
            for (NioViewer viewer : viewers) {
                viewer.wake();
            }
        }
    }

    private final MediaChannel media;
    private final Set<NioViewer> viewers = ConcurrentHashMap.newKeySet();
    private final Runnable onAppend = this::wake;
    private volatile Share[] shares = {};

    Audience(MediaChannel media) {
        this.media = media;
        media.onAppend(onAppend);
    }

    void add(NioViewer viewer) {
        viewers.add(viewer);
        for (Share share : shares) {
            if (share.loop == viewer.loop()) {
                share.viewers.add(viewer);
                return;
            }
        }
        var share = new Share(viewer.loop());
        share.viewers.add(viewer);
        Share[] more = Arrays.copyOf(shares, shares.length + 1);
        more[shares.length] = share;
        shares = more;
    }

    /** True when the last one left: the audience is over then. */
    boolean remove(NioViewer viewer) {
        viewers.remove(viewer);
        for (Share share : shares) {
            share.viewers.remove(viewer);
        }
        if (viewers.isEmpty()) {
            media.removeOnAppend(onAppend);
            return true;
        }
        return false;
    }

    Collection<NioViewer> viewers() {
        return viewers;
    }

    private void wake() {
        for (Share share : shares) {
            share.wake();
        }
    }
}
