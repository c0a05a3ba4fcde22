// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** View of the mapped {@link EngineDescriptor}. */
final class EngineState {

    /** A store a turn of the session loop would take the line from CPUs that read it. */
    private static final long BEAT_NS = 10_000_000;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer state;
    private long lastBeat;

    EngineState(ByteBuffer state) {
        this.state = state.order(ByteOrder.nativeOrder());
    }

    /** Makes this process the owner of a state that is new. */
    void begin(KernelConfig config) {
        state.putInt(EngineDescriptor.MAGIC, EngineDescriptor.ENGINE_MAGIC);
        state.putInt(EngineDescriptor.LAYOUT, EngineDescriptor.STATE_LAYOUT);
        state.putInt(EngineDescriptor.MAX_SESSIONS, config.maxSessions());
        own(config);
    }

    /** Makes this process the owner of what a former engine left; from now on its viewers have their grace again. */
    void takeOver(KernelConfig config) {
        beat(System.nanoTime());
        own(config);
    }

    private void own(KernelConfig config) {
        Owner owner = Owner.self();
        state.putInt(EngineDescriptor.PID, (int) owner.pid());
        state.putLong(EngineDescriptor.STARTED, owner.started());
        state.putLong(EngineDescriptor.NETWORK, NetworkNamespace.number());
        state.putLong(EngineDescriptor.GRACE_NS, config.graceNs());
        state.putInt(EngineDescriptor.CURSOR, 0);
        phase(EngineDescriptor.RUNNING);
    }

    /** The engine lives. Cheap: a store each 10 ms. One thread. */
    void heartbeat(long nowNs) {
        if (nowNs - lastBeat >= BEAT_NS) {
            beat(nowNs);
            if (phase() == EngineDescriptor.REAPED) {
                state.putInt(EngineDescriptor.CURSOR, 0);
                phase(EngineDescriptor.RUNNING);
            }
        }
    }

    private void beat(long nowNs) {
        lastBeat = nowNs;
        LONG.setRelease(state, EngineDescriptor.HEARTBEAT_NS, nowNs);
    }

    /** Leaves it to the next engine, whose time begins now. */
    void suspend(long nowNs) {
        beat(nowNs);
        phase(EngineDescriptor.SUSPENDED);
    }

    /** Its grace is over. */
    void condemn() {
        state.putLong(EngineDescriptor.GRACE_NS, 0);
        phase(EngineDescriptor.SUSPENDED);
    }

    /** Next session that a knock looks at. */
    int cursor() {
        return (int) INT.getAcquire(state, EngineDescriptor.CURSOR);
    }

    /** Sessions that the programs have reset. */
    long reset() {
        return (long) LONG.getAcquire(state, EngineDescriptor.RESET);
    }

    void phase(int phase) {
        INT.setRelease(state, EngineDescriptor.PHASE, phase);
    }

    int phase() {
        return (int) INT.getAcquire(state, EngineDescriptor.PHASE);
    }

    int magic() {
        return state.getInt(EngineDescriptor.MAGIC);
    }

    int layout() {
        return state.getInt(EngineDescriptor.LAYOUT);
    }

    int maxSessions() {
        return state.getInt(EngineDescriptor.MAX_SESSIONS);
    }

    long network() {
        return state.getLong(EngineDescriptor.NETWORK);
    }

    /** CLOCK_MONOTONIC in nanoseconds; 0 when there was none. */
    long heartbeatNs() {
        return (long) LONG.getAcquire(state, EngineDescriptor.HEARTBEAT_NS);
    }

    long graceNs() {
        return state.getLong(EngineDescriptor.GRACE_NS);
    }

    /** When the programs may reset the viewers; never while nothing has beaten. */
    boolean overdue(long nowNs) {
        return heartbeatNs() != 0 && nowNs - heartbeatNs() > graceNs();
    }
}
