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

    /** It is not acknowledged until the connection is the kernel's again, and then the peer repeats it to the socket. */
    LATER
}
