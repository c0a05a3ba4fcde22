// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/** States of a session record: {@code enum session_state} of {@code record.h}. Plain ints, for the hot path. */
public final class SessionState {

    /** No session. A flow that still points here is left to the kernel. */
    public static final int FREE = 0;
    /** The kernel owns the connection; the hook passes everything up and defines the template from an ACK. */
    public static final int LEARN = 1;
    /** The connection changes hands: everything is eaten, the viewer will repeat it. Keep it short. */
    public static final int TAKING = 2;
    /** The engine owns the connection. */
    public static final int OWNED = 3;
    /** Over: stragglers are eaten so that the kernel does not reset the viewer; a SYN ends it. */
    public static final int LINGER = 4;

    private SessionState() {
    }
}
