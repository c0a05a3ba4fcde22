// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/**
 * Layout of {@code struct engine_state} of {@code record.h}: who owns the pinned state, and until when. It begins like
 * this in every version.
 * <pre>
 *    0  magic | layout | pid | phase                    engine, when it begins and ends
 *   16  started           | grace_ns
 *   32  max_sessions |    | network
 *   64  heartbeat_ns                                    engine, all the time
 *  128  cursor       |    | reset                       programs, once the grace is over
 * </pre>
 */
final class EngineDescriptor {

    static final int BYTES = 192;

    static final int MAGIC = 0;
    static final int LAYOUT = 4;
    static final int PID = 8;
    static final int PHASE = 12;
    static final int STARTED = 16;
    static final int GRACE_NS = 24;
    static final int MAX_SESSIONS = 32;
    static final int NETWORK = 40;
    static final int HEARTBEAT_NS = 64;
    static final int CURSOR = 128;
    static final int RESET = 136;

    static final int ENGINE_MAGIC = 0x7463706F;
    /** {@code STATE_LAYOUT} of {@code record.h}. */
    static final int STATE_LAYOUT = 1;

    static final int RUNNING = 1;
    static final int SUSPENDED = 2;
    static final int REAPED = 3;

    private EngineDescriptor() {
    }
}
