// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for what comes about by itself. */
public final class Await {

    private static final long PATIENCE_MILLIS = 30_000;
    private static final long POLL_MILLIS = 100;

    private Await() {
    }

    /** Fails after half a minute; what the condition throws counts as not yet. */
    public static void until(String what, Callable<Boolean> condition) {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        Exception last = null;
        while (System.nanoTime() < end) {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            sleep(POLL_MILLIS);
        }
        throw new AssertionError("not within " + PATIENCE_MILLIS / 1000 + " s: " + what, last);
    }

    /** Waits until nothing is listed any more; fails with what still is. */
    public static void none(String what, Supplier<List<String>> list) {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        List<String> left = list.get();
        while (!left.isEmpty()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + ": " + left);
            }
            sleep(POLL_MILLIS);
            left = list.get();
        }
    }

    public static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
