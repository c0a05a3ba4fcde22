// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Closes a connection whose client takes nothing of its response for too long. On the connection's event loop. */
final class ReplyWatch {

    /** How often it is looked at within that time. */
    private static final int CHECKS = 4;

    private final Channel socket;
    private final LongSupplier progress;
    private final ScheduledFuture<?> timer;
    private long seen = -1;
    private int checks;

    /** @param progress grows as long as the client takes something */
    ReplyWatch(Channel socket, Duration stall, LongSupplier progress) {
        this.socket = socket;
        this.progress = progress;
        long period = stall.toNanos() / CHECKS;
        timer = socket.eventLoop().scheduleAtFixedRate(this::look, period, period, TimeUnit.NANOSECONDS);
    }

    private void look() {
        long now = progress.getAsLong();
        if (now != seen) {
            seen = now;
            checks = 0;
        } else if (++checks == CHECKS) {
            end();
            socket.close();
        }
    }

    /** The response is out, or the connection gone. */
    void end() {
        timer.cancel(false);
    }
}
