// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

/** Everything counted for one channel, since it was opened. */
public enum ChannelCounter {

    /** Bodies the store took whole. */
    PUBLISHED_BODIES,
    /** Bodies refused or failed: larger than the store, unreadable file, broken stream. */
    FAILED_BODIES,
    /** Times a new publisher's transport stream did not go on where the former one's ended, and that was flagged. */
    DISCONTINUITIES,
    /** Transport stream packets made whole that a publisher had left unfinished. */
    PACKETS_COMPLETED,
    /** Null packets appended while nobody published. */
    NULL_PACKETS,
    /** Viewers that came. */
    VIEWERS_JOINED,
    /** Viewers taken over from a former engine. */
    VIEWERS_RESUMED,
    /** Times a viewer was too far behind and went on at the newest segment. */
    SKIPS,
    /** Bytes those viewers did not get. */
    SKIPPED_BYTES,
    /** Viewers disconnected for being too far behind, as the channel's setting wants it. */
    SLOW_CLOSED,
    /** Viewers disconnected because the rest of the packet they were in was overwritten. */
    LOST_CLOSED,
    /** Viewers disconnected because they took nothing for too long. */
    DEAD_CLOSED
}
