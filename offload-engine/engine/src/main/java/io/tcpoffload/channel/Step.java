// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

/** What a transport is to do next for a viewer. */
public enum Step {

    /** Nothing to send until the channel is appended to. */
    NONE,

    /** Send from the extent, then {@link Cursor#advance}. */
    DATA,

    /** Send what is under way and disconnect; {@link Cursor#closeReason()} says why. */
    CLOSE
}
