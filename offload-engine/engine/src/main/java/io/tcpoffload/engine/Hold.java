// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.Registration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** A registration that is an entry somewhere, until it is taken out. Thread-safe. */
final class Hold implements Registration {

    private final Supplier<String> address;
    private final Supplier<Map<String, Long>> counters;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    Hold(Supplier<String> address, Supplier<Map<String, Long>> counters, Runnable onClose) {
        this.address = address;
        this.counters = counters;
        this.onClose = onClose;
    }

    @Override
    public String address() {
        return address.get();
    }

    @Override
    public Map<String, Long> counters() {
        return counters.get();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClose.run();
        }
    }
}
