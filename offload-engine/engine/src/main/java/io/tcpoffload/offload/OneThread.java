// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A thread that does one task after another, and is there only while there are some. */
final class OneThread {

    private static final long IDLE_SECONDS = 10;

    private OneThread() {
    }

    /** Its queue has no limit: whoever gives it tasks has one. */
    static ExecutorService named(String name) {
        ThreadPoolExecutor one = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        one.allowCoreThreadTimeOut(true);
        return one;
    }
}
