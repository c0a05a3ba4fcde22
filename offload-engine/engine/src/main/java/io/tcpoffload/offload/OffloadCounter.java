// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import java.util.Locale;

/** Everything the offload transport counts. */
public enum OffloadCounter {

    /** Connections taken out of the kernel. */
    TAKEN_OVER,
    /** Viewers of a former engine that are served on where it stopped. */
    RESUMED,
    /** Viewers of a former engine that nobody could go on with, and that were reset; the log says why. */
    NOT_RESUMED,
    /** Viewers that the kernel's programs had reset, because this process stood still for longer than the grace. */
    ORPHANED,
    /** Connections given back to the kernel, which goes on with them where the engine stopped. */
    HANDED_BACK,
    /** Of those: whose socket could not be told the viewer's last acknowledgement, so that it went on by timeout. */
    HANDED_BACK_UNTOLD,
    /** Connections given to the kernel to be ended by it, because the engine stopped before they had ended. */
    ENDED_BY_KERNEL,
    /** Hand-backs that were refused; the engine went on. */
    HAND_BACKS_REFUSED,
    /** Of those: out of other processes. */
    ADOPTED,
    /** Connections of other processes that were not taken; the answer says why. */
    ADOPTIONS_REFUSED,
    /** Responses with a file that were sent by the ring. */
    REPLIES,
    /** Responses with a file that were left to the kernel although they were large enough. */
    REPLIES_LEFT,
    /** Viewers left to the ordinary transport; the log says why. */
    LEFT_TO_KERNEL,
    /** Posts given to a ring. */
    POSTS,
    /** Targets of those posts, each one frame for one viewer. */
    TARGETS,
    /** Targets that a device or its queue refused; they are sent again later. */
    TARGETS_REFUSED,
    /** Posts put off because a ring had no free slot. */
    RING_FULL,
    /** Posts thrown away because the store was overwritten while they were copied. */
    OVERWRITTEN,
    /** Segments without data: acknowledgements, probes, FINs. */
    CONTROL_SEGMENTS,
    /** Sessions whose frames were given another link header or device, because the way to the viewer changed. */
    PATHS_CHANGED,
    /** Times that the kernel knew no way to a viewer; the session waits for one. */
    PATHS_MISSING,
    /** Times that a router made segments of a session smaller. */
    PATH_MTU_LOWERED,
    /** Times that larger segments were tried again, ten minutes after a router's word. */
    PATH_MTU_RAISED,
    /** ICMP messages that a segment did not arrive; soft, the session goes on. */
    UNREACHABLE,
    /** Times that the kernel lost events because the ring for them was full; every session was looked at instead. */
    EVENT_OVERRUNS,
    /** Viewers that closed or half-closed their connection. */
    VIEWER_FINS,
    /** Viewers that reset their connection. */
    VIEWER_RESETS,
    /** Connections reset by the engine, whatever the reason. */
    RESETS_SENT,
    /** Of those: viewers that acknowledged nothing for too long. */
    DEAD_VIEWERS,
    /** Of those: viewers that closed their half and then fell silent. */
    HALF_CLOSED_GONE,
    /** Of those: viewers whose unacknowledged bytes the store has overwritten. */
    HISTORY_LOST,
    /** Of those: viewers too far behind, where the channel's policy or the store's size leaves nothing else. */
    CUT_OFF,
    /** Of those: viewers that did not take the rest of a stream that had ended. */
    CLOSE_TIMEOUTS,
    /** Of those: adopted connections whose owner wanted it so. */
    ABORTED,
    /** Of those: adopted connections whose peer sent data after they were closed in both directions. */
    DATA_AFTER_CLOSE,
    /** Of those: viewers that sent more than a request or two, to somebody who has nothing to do with it. */
    UPLOADS_CUT,
    /** Of those: adopted connections that were to be handed back when their peer sends something, and could not be. */
    INPUT_NOT_TAKEN,
    /** Of those: viewers of a device that is gone. */
    DEVICES_LOST,
    /** Of those: viewers whose session failed in a way that should not be; the log has the stack trace. */
    FAILURES;

    /** Name for people and JSON: {@code taken_over}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
