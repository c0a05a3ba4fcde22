// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.nio;

import java.time.Duration;

/**
 * Bounds of the ordinary transport.
 *
 * @param stall      how long a viewer may take nothing while there is something to send, before it counts as gone
 * @param closeGrace how long a viewer may take over the rest when its channel closes
 */
public record NioLimits(Duration stall, Duration closeGrace) {

    /** A minute: players that were paused for longer start again anyhow, and ghosts don't pile up. */
    public static final Duration STALL = Duration.ofSeconds(60);
    /** Enough for a live viewer's lag on a poor line; an update must not wait for more. */
    public static final Duration CLOSE_GRACE = Duration.ofSeconds(5);

    public static final NioLimits DEFAULT = new NioLimits(STALL, CLOSE_GRACE);
}
