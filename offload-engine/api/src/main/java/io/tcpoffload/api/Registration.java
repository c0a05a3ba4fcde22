// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** Something that is in force until it is closed. Thread-safe. */
@ProviderType
public interface Registration extends AutoCloseable {

    /** {@code host:port} that is bound, with the real port where 0 was asked for; empty if it has no listener. */
    String address();

    /** What was counted since it began, by name. */
    Map<String, Long> counters();

    /** Ends it. What is under way ends as if it were still there. Idempotent, does not wait. */
    @Override
    void close();
}
