// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A loaded hook with one session in a state of the test's choice; its window, sequence numbers and clock are known. */
final class HookBench implements AutoCloseable {

    static final int UNA = 1_000_000;
    static final int NXT = 1_010_000;
    static final int RCV_NXT = 5_000_000;
    static final int RCV_WINDOW = 60_000;
    static final int MAX_WINDOW = 64_000;
    static final int TS_RECENT = 77_000;
    static final int WINDOW = 500;

    final KernelSide kernel;
    final int id;
    private final InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080);
    private final InetSocketAddress remote = new InetSocketAddress(InetAddress.getLoopbackAddress(), 40000);
    private Map<KernelCounter, Long> before;

    HookBench(int state, boolean timestamps) throws KernelException {
        kernel = KernelSide.open(new KernelConfig("ktest-hook", 8, 2, 256, 4096));
        id = kernel.sessions().allocate();
        var record = kernel.sessions().record(id);
        record.put(SessionDescriptor.L2_LEN, (byte) 14).put(SessionDescriptor.L3_LEN, (byte) 20);
        record.putLong(SessionDescriptor.TEMPLATE_NS, 1);
        kernel.sessions().complete(id, new TcpState(TcpState.ESTABLISHED, UNA, RCV_NXT, 1448, 1460, 7, 0, timestamps,
                true, false, 0, RCV_NXT, WINDOW << 7, MAX_WINDOW, RCV_WINDOW, RCV_NXT, 0));
        kernel.sessions().nxt(id, NXT);
        record.putInt(SessionDescriptor.TS_RECENT, TS_RECENT);
        record.putLong(SessionDescriptor.TS_RECENT_NS, System.nanoTime());
        record.putLong(SessionDescriptor.PATH, Frame.path(1));
        kernel.flows().put(local, remote, id);
        kernel.sessions().state(id, state);
        before = kernel.counters().snapshot();
    }

    /** A valid segment that says nothing new. */
    static Frame frame() {
        return new Frame().seq(RCV_NXT).ack(UNA).window(WINDOW);
    }

    int run(Frame frame) throws KernelException {
        return run(frame.bytes());
    }

    int run(byte[] packet) throws KernelException {
        return ProgramRun.run(kernel.program(KernelObject.VIRTUAL_HOOK), packet, 0);
    }

    /** Counters that moved since the last call. */
    Map<KernelCounter, Long> moved() {
        Map<KernelCounter, Long> now = kernel.counters().snapshot();
        Map<KernelCounter, Long> moved = new EnumMap<>(KernelCounter.class);
        now.forEach((counter, value) -> {
            if (value - before.get(counter) != 0) {
                moved.put(counter, value - before.get(counter));
            }
        });
        before = now;
        return moved;
    }

    /** Reasons of the events raised since the last call. */
    List<Integer> reasons() {
        List<Integer> reasons = new ArrayList<>();
        kernel.events().poll(event -> reasons.add(event.reasons()), 100);
        return reasons;
    }

    boolean flowExists() throws KernelException {
        return kernel.flows().size() == 1;
    }

    @Override
    public void close() {
        kernel.close();
    }
}
