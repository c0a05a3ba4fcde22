// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** What {@link Sender#onTimer} asks of its caller. */
public enum TimerAction {

    /** Nothing to make now. {@link Sender#sendable} may answer otherwise than before. */
    NONE,

    /** Something counts as lost now, or is to be sent again as a probe: ask {@link Sender#nextRetransmission}. */
    RETRANSMIT,

    /** Send a segment without data at {@link Sender#probeSeq()}: a window probe or a keep-alive. */
    PROBE,

    /** The viewer is dead: nothing of what it owes came for as long as the configuration grants. Reset and remove it. */
    GIVE_UP,

    /** The connection ended in good order (TIME-WAIT, or the wait for the viewer's FIN, is over): remove it. */
    CLOSED
}
