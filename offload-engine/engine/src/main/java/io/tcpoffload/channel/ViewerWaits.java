// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waits until viewers have got somewhere. Looks every {@link #EVERY_MS} ms and only while somebody waits, so that sending
 * costs nothing more for it.
 */
final class ViewerWaits {

    /** A frame of video lasts 16 to 40 ms. */
    private static final long EVERY_MS = 2;
    private static final long IDLE_SECONDS = 10;

    private static final ScheduledThreadPoolExecutor THREAD = thread();

    private ViewerWaits() {
    }

    /** One for all channels, gone when nobody has waited for a while. */
    private static ScheduledThreadPoolExecutor thread() {
        var one = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "tcpoffload-waits");
            thread.setDaemon(true);
            return thread;
        });
        one.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        one.allowCoreThreadTimeOut(true);
        return one;
    }

    /**
     * @param over   asked now and then, on this thread first and then on another
     * @param result asked once, when it is over or the time is
     */
    static <T> CompletionStage<T> until(BooleanSupplier over, Duration timeout, Supplier<T> result) {
        if (over.getAsBoolean() || timeout.isZero()) {
            return CompletableFuture.completedFuture(result.get());
        }
        var future = new CompletableFuture<T>();
        look(over, System.nanoTime() + timeout.toNanos(), result, future);
        return future;
    }

    private static <T> void look(BooleanSupplier over, long endNs, Supplier<T> result, CompletableFuture<T> future) {
        try {
            THREAD.schedule(() -> {
                if (over.getAsBoolean() || System.nanoTime() - endNs >= 0) {
                    future.complete(result.get());
                } else {
                    look(over, endNs, result, future);
                }
            }, EVERY_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            future.complete(result.get());
        }
    }
}
