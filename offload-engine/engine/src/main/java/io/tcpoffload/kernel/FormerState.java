// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What a former engine of the instance left pinned, and whether this one can go on with it. The maps are open until it is
 * closed.
 */
final class FormerState implements AutoCloseable {

    private static final int KEY_BYTES = 4;

    private final Map<String, Integer> maps = new HashMap<>();
    private EngineState engine;
    private MappedMemory engineMemory;
    private int sessions;
    private String refusal;

    private FormerState() {
    }

    /** Null when nothing is pinned. */
    static FormerState of(PinDirectory pins) throws KernelException {
        FormerState state = new FormerState();
        try {
            for (String map : KernelObject.LASTING) {
                int fd = pins.get(map);
                if (fd >= 0) {
                    state.maps.put(map, fd);
                }
            }
            if (state.maps.isEmpty()) {
                return null;
            }
            state.refusal = state.examine();
            return state;
        } catch (KernelException | RuntimeException e) {
            state.close();
            throw e;
        }
    }

    /** Why it can't be taken over, for a log; null if it can. */
    String refusal() {
        return refusal;
    }

    /** Size of its session table. */
    int maxSessions() {
        return sessions;
    }

    int map(String name) {
        return maps.get(name);
    }

    /** Null when there is none that could be believed. */
    EngineState engine() {
        return engine;
    }

    private String examine() throws KernelException {
        String wrong = examineEngine();
        if (wrong != null) {
            return wrong;
        }
        sessions = engine.maxSessions();
        for (String map : KernelObject.LASTING) {
            if (!maps.containsKey(map)) {
                return "no map '" + map + "' is pinned";
            }
            MapInfo found = MapInfo.of(maps.get(map), map);
            MapInfo right = right(map);
            if (!found.equals(right)) {
                return "map '" + map + "' has " + found + " instead of " + right;
            }
        }
        return examineSessions();
    }

    /** All that needs nothing but the head, which is the same in every version. */
    private String examineEngine() throws KernelException {
        if (!maps.containsKey(KernelObject.ENGINE)) {
            return "no map '" + KernelObject.ENGINE + "' is pinned: it is of an older version";
        }
        MapInfo info = MapInfo.of(maps.get(KernelObject.ENGINE), KernelObject.ENGINE);
        if (info.type() != LibBpf.MAP_TYPE_ARRAY || info.valueBytes() < EngineDescriptor.BYTES) {
            return "map '" + KernelObject.ENGINE + "' has " + info;
        }
        engineMemory = new MappedMemory("engine", maps.get(KernelObject.ENGINE), 0, EngineDescriptor.BYTES,
                Libc.PROT_READ | Libc.PROT_WRITE);
        EngineState head = new EngineState(engineMemory.buffer());
        if (head.magic() != EngineDescriptor.ENGINE_MAGIC) {
            return "its magic is 0x" + Integer.toHexString(head.magic());
        }
        if (head.network() != NetworkNamespace.number()) {
            return "it belongs to another network namespace, " + head.network();
        }
        engine = head;
        if (head.layout() != EngineDescriptor.STATE_LAYOUT) {
            return "its layout is " + head.layout() + ", this engine's is " + EngineDescriptor.STATE_LAYOUT;
        }
        return switch (head.phase()) {
            case EngineDescriptor.RUNNING, EngineDescriptor.SUSPENDED -> head.overdue(System.nanoTime())
                    ? "its grace of " + TimeUnit.NANOSECONDS.toSeconds(head.graceNs()) + " s is over" : null;
            case EngineDescriptor.REAPED -> "its grace is over";
            default -> "its phase is " + head.phase();
        };
    }

    private MapInfo right(String map) {
        return switch (map) {
            case KernelObject.SESSIONS -> array(SessionDescriptor.BYTES, sessions);
            case KernelObject.RESUMPTION -> array(Resumption.BYTES, sessions);
            case KernelObject.FLOWS -> new MapInfo(LibBpf.MAP_TYPE_HASH, FlowTable.KEY_BYTES, Integer.BYTES, sessions);
            case KernelObject.COUNTERS -> array(Long.BYTES, KernelCounters.SHARDS * KernelCounters.ROW);
            default -> array(EngineDescriptor.BYTES, 1);
        };
    }

    private static MapInfo array(int valueBytes, int entries) {
        return new MapInfo(LibBpf.MAP_TYPE_ARRAY, KEY_BYTES, valueBytes, entries);
    }

    private String examineSessions() throws KernelException {
        List<Flow> flows = new FlowTable(maps.get(KernelObject.FLOWS), sessions).entries();
        try (MappedMemory memory = new MappedMemory("sessions", maps.get(KernelObject.SESSIONS), 0,
                (long) sessions * SessionDescriptor.BYTES, Libc.PROT_READ)) {
            SessionTable table = new SessionTable(memory.buffer(), null);
            Set<Integer> seen = new HashSet<>();
            for (Flow flow : flows) {
                int session = flow.session();
                if (session < 0 || session >= sessions) {
                    return "the flow of " + flow.viewer() + " leads to session " + session + " of " + sessions;
                }
                if (!seen.add(session)) {
                    return "two flows lead to session " + session + ", one of them that of " + flow.viewer();
                }
                if (!table.isPlausible(session)) {
                    return "session " + session + " of " + flow.viewer() + " is in state " + table.state(session)
                            + " with headers of " + table.headerLength(session) + " bytes";
                }
            }
        }
        return null;
    }

    @Override
    public void close() {
        if (engineMemory != null) {
            engineMemory.close();
        }
        maps.values().forEach(Libc::close);
    }
}
