// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process for good: numbers are used again.
 *
 * @param started clock ticks since boot, proc(5); 0 when {@code /proc} does not tell
 */
record Owner(long pid, long started) {

    /** Of {@code /proc/<pid>/stat}, counted after the name, which may hold spaces and parentheses. */
    private static final int STARTED_FIELD = 19;

    static Owner self() {
        long pid = ProcessHandle.current().pid();
        long started = 0;
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            started = Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[STARTED_FIELD]);
        } catch (IOException e) {
            // The number alone will do.
        }
        return new Owner(pid, started);
    }
}
