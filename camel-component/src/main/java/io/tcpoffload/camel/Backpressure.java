// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

/** What becomes of a body that would push a viewer beyond its recover limit, or that finds too many waiting before it. */
enum Backpressure {

    /** It waits for room, as long as {@code sendTimeout}; then its exchange fails. */
    BLOCK,
    /** The oldest makes room: media that slow viewers have not got yet, or the body that waits longest for its turn. */
    DROP_OLDEST,
    /** Its exchange fails at once. */
    FAIL
}
