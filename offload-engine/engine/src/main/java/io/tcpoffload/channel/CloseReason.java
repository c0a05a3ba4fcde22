// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

/** Why a viewer is disconnected by us. */
public enum CloseReason {

    /** The channel ended, and the viewer has all of it. */
    CHANNEL_CLOSED("the channel ended"),

    /** It was too far behind, and could not or should not be set forward. */
    TOO_SLOW("the viewer was too slow"),

    /** The rest of the 188-byte packet it was in is overwritten: no clean place to go on from. */
    LOST("the rest of the packet the viewer was in was overwritten");

    private final String text;

    CloseReason(String text) {
        this.text = text;
    }

    /** For people. */
    public String text() {
        return text;
    }
}
