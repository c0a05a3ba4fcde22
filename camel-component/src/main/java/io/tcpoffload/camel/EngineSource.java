// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadEngine;

/** Where the engine comes from. Methods may be called from any thread and do not block. */
interface EngineSource extends AutoCloseable {

    /** The engine to use now, null when there is none. */
    OffloadEngine engine();

    /** Whether this engine still runs, so that what was opened on it is to be closed by whoever opened it. */
    boolean runs(OffloadEngine engine);

    /** Whether an engine that is missing now can come later. */
    boolean mayComeLater();

    /** Where an engine was looked for and what to do, as the end of an error message. */
    String remedy();

    /** Calls {@code listener}, on a thread that may block, after the answer of {@link #engine()} has changed. */
    void addListener(Runnable listener);

    void removeListener(Runnable listener);

    @Override
    void close();
}
