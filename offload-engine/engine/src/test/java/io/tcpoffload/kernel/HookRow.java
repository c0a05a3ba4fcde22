// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static io.tcpoffload.kernel.HookBench.RCV_NXT;
import static io.tcpoffload.kernel.HookBench.UNA;
import static io.tcpoffload.kernel.HookBench.WINDOW;
import static io.tcpoffload.kernel.KernelCounter.ACKS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One packet for a session that the engine owns, and what becomes of it.
 *
 * @param name     what arrives
 * @param frame    the bytes
 * @param event    expected reasons, 0: no event
 * @param una      expected left edge
 * @param window   expected raw window
 * @param rcvNxt   expected next byte of the viewer
 * @param counters expected to move, besides EVENTS
 */
record HookRow(String name, Frame frame, int event, int una, int window, int rcvNxt, List<KernelCounter> counters) {

    static final int NONE = 0;

    static HookRow drop(String name, Frame frame, KernelCounter counter) {
        return new HookRow(name, frame, NONE, UNA, WINDOW, RCV_NXT, List.of(counter));
    }

    static HookRow answer(String name, Frame frame, int event, KernelCounter... counters) {
        return new HookRow(name, frame, event, UNA, WINDOW, RCV_NXT, List.of(counters));
    }

    static HookRow data(String name, Frame frame, int event, int rcvNxt, KernelCounter... counters) {
        return new HookRow(name, frame, event, UNA, WINDOW, rcvNxt, withAcks(counters));
    }

    static HookRow ack(String name, Frame frame, int event, int una, int window, KernelCounter... counters) {
        return new HookRow(name, frame, event, una, window, RCV_NXT, withAcks(counters));
    }

    private static List<KernelCounter> withAcks(KernelCounter... counters) {
        return Stream.concat(Stream.of(ACKS), Arrays.stream(counters)).toList();
    }

    /** Runs it over a session as new: it is eaten, and the rest is as expected. */
    void run(boolean timestamps, boolean ipv6) throws KernelException {
        HookBench bench = HookBench.shared(timestamps, ipv6);
        assertEquals(ProgramRun.SHOT, bench.run(frame), "verdict");
        Set<KernelCounter> expected = counters.isEmpty() ? EnumSet.noneOf(KernelCounter.class) : EnumSet.copyOf(counters);
        if (event != NONE) {
            expected.add(KernelCounter.EVENTS);
        }
        assertEquals(expected, bench.moved().keySet());
        assertEquals(event == NONE ? List.of() : List.of(event), bench.reasons());
        SessionTable sessions = bench.kernel.sessions();
        assertEquals(una, sessions.una(bench.id), "una");
        assertEquals(window, sessions.window(bench.id), "window");
        assertEquals(rcvNxt, sessions.rcvNxt(bench.id), "rcvNxt");
        assertEquals(counters.contains(ACKS), sessions.arrivalNs(bench.id) != 0, "liveness");
        assertEquals(0, sessions.version(bench.id) & 1);
    }

    void bothFamilies(boolean timestamps) throws KernelException {
        run(timestamps, false);
        run(timestamps, true);
    }

    @Override
    public String toString() {
        return name;
    }
}
