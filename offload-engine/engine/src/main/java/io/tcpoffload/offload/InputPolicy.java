// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

/** What becomes of what the peer of an adopted connection sends. */
public enum InputPolicy {

    /** It is acknowledged and thrown away: the peer has nothing to say that matters. */
    DISCARD,

    /**
     * It is not acknowledged, and the connection is handed back to the kernel at once; the peer repeats it to the socket,
     * which waits to be fetched.
     */
    HAND_BACK,

    /** The same, for a response of this process': the connection goes to whoever goes on with it. */
    GO_ON
}
