// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.concurrent.locks.ReentrantLock;

/** Collects what libbpf says, the verifier's log included, while it is open; otherwise libbpf is silent. */
final class LibBpfLog implements AutoCloseable {

    /** libbpf's printer is one for the process. */
    private static final ReentrantLock ONE = new ReentrantLock();

    private static final int WARNING = 0;
    /** A verifier log of more than this says nothing new. */
    private static final int MAX_CHARS = 256 * 1024;
    private static final int LINE_BYTES = 64 * 1024;

    private final StringBuilder text = new StringBuilder();
    private final Memory line = new Memory(LINE_BYTES);
    /** Kept in a field: native code holds no reference that the collector sees. */
    private final LibBpf.PrintFunction printer = this::print;

    LibBpfLog() {
        ONE.lock();
        LibBpf.libbpf_set_print(printer);
    }

    private int print(int level, Pointer format, Pointer arguments) {
        if (level == WARNING && text.length() < MAX_CHARS) {
            Libc.vsnprintf(line, LINE_BYTES, format, arguments);
            text.append(line.getString(0));
        }
        return 0;
    }

    String text() {
        return text.toString();
    }

    @Override
    public void close() {
        LibBpf.libbpf_set_print(null);
        line.close();
        ONE.unlock();
    }
}
