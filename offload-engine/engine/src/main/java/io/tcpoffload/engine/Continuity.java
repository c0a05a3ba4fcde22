// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import java.time.Duration;

/**
 * What becomes of viewers while no engine runs.
 *
 * @param grace       how long their connections are kept for the next engine; then they are reset. 2 s to 24 h
 * @param keepViewers whether an engine that stops in good order leaves them to the next one, and does not end their streams
 */
public record Continuity(Duration grace, boolean keepViewers) {

    /** Time for a restart of the machine's services, and no longer than a player's user waits. */
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(60);

    static final long MIN_GRACE_SECONDS = 2;
    static final long MAX_GRACE_SECONDS = Duration.ofHours(24).toSeconds();

    static Continuity defaults() {
        return new Continuity(DEFAULT_GRACE, true);
    }
}
