// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A loaded hook with one session in a state of the test's choice; its window, sequence numbers and clock are known. */
final class HookBench implements AutoCloseable {

    static final int UNA = 1_000_000;
    static final int NXT = 1_010_000;
    static final int RCV_NXT = 5_000_000;
    static final int RCV_WINDOW = 60_000;
    static final int MAX_WINDOW = 64_000;
    static final int TS_RECENT = 77_000;
    static final int WINDOW = 500;

    private static final Map<String, HookBench> SHARED = new HashMap<>();
    private static final AtomicInteger NAMES = new AtomicInteger();

    final KernelSide kernel;
    final int id;
    final boolean ipv6;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final byte[] image = new byte[SessionDescriptor.BYTES];
    private Map<KernelCounter, Long> before;

    HookBench(int state, boolean timestamps) throws KernelException {
        this(state, timestamps, false);
    }

    HookBench(int state, boolean timestamps, boolean ipv6) throws KernelException {
        this.ipv6 = ipv6;
        local = new InetSocketAddress(loopback(), 8080);
        remote = new InetSocketAddress(loopback(), 40000);
        kernel = KernelSide.open(new KernelConfig("ktest-hook" + NAMES.incrementAndGet(), 8, 2, 256, 4096,
                KernelConfig.DEFAULT_GRACE_NS));
        id = kernel.sessions().allocate();
        var record = kernel.sessions().record(id);
        record.put(SessionDescriptor.L2_LEN, (byte) 14).put(SessionDescriptor.L3_LEN, (byte) (ipv6 ? 40 : 20));
        record.put(SessionDescriptor.IP_VERSION, (byte) (ipv6 ? 6 : 4));
        record.putLong(SessionDescriptor.TEMPLATE_NS, 1);
        kernel.sessions().complete(id, new TcpState(TcpState.ESTABLISHED, UNA, RCV_NXT, 1448, 1460, 7, 0, timestamps,
                true, false, 0, RCV_NXT, WINDOW << 7, MAX_WINDOW, RCV_WINDOW, RCV_NXT, 0));
        kernel.sessions().nxt(id, NXT);
        record.putInt(SessionDescriptor.TS_RECENT, TS_RECENT);
        record.putLong(SessionDescriptor.TS_RECENT_NS, System.nanoTime());
        record.putLong(SessionDescriptor.PATH, Frame.path(1));
        kernel.flows().put(local, remote, id);
        kernel.sessions().state(id, state);
        record.get(0, image);
        before = kernel.counters().snapshot();
    }

    private InetAddress loopback() {
        try {
            return InetAddress.getByAddress(ipv6 ? Frame.LOOPBACK6 : Frame.LOOPBACK);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An owned session as new, in a bench that is made once for each kind. */
    static HookBench shared(boolean timestamps, boolean ipv6) throws KernelException {
        String kind = timestamps + " " + ipv6;
        HookBench bench = SHARED.get(kind);
        if (bench == null) {
            bench = new HookBench(SessionState.OWNED, timestamps, ipv6);
            SHARED.put(kind, bench);
        }
        return bench.reset();
    }

    static void closeShared() {
        SHARED.values().forEach(HookBench::close);
        SHARED.clear();
    }

    /** As new: loading the programs for each packet of a table takes too long. */
    HookBench reset() throws KernelException {
        kernel.sessions().record(id).put(0, image);
        kernel.flows().put(local, remote, id);
        reasons();
        moved();
        return this;
    }

    /** The record's bytes. */
    byte[] record() {
        byte[] bytes = new byte[SessionDescriptor.BYTES];
        kernel.sessions().record(id).get(0, bytes);
        return bytes;
    }

    /** A valid segment that says nothing new. */
    static Frame frame() {
        return new Frame().seq(RCV_NXT).ack(UNA).window(WINDOW);
    }

    int run(Frame frame) throws KernelException {
        return run(frame.ipv6(ipv6).bytes());
    }

    /** As the hook of real hardware sees it. */
    int runOnHardware(Frame frame) throws KernelException {
        return ProgramRun.run(kernel.program(KernelObject.HOOK), frame.ipv6(ipv6).bytes(), 0);
    }

    /** As the kernel merges segments: so many in one packet. */
    int runMerged(Frame frame, int segments) throws KernelException {
        return ProgramRun.run(kernel.program(KernelObject.VIRTUAL_HOOK), frame.ipv6(ipv6).bytes(), 0,
                segments);
    }

    /** The packet that it becomes, too. */
    ProgramRun.Outcome transform(Frame frame) throws KernelException {
        return ProgramRun.transform(kernel.program(KernelObject.VIRTUAL_HOOK), frame.ipv6(ipv6).bytes());
    }

    /** A template as a first ACK defines it, for packets that are made of it. */
    HookBench withTemplate() {
        boolean timestamps = kernel.sessions().timestamps(id);
        kernel.sessions().define(id, local, remote,
                new Path(Path.Status.USABLE, 1, 65536, true, 0x020000000001L, 0x020000000009L), timestamps);
        kernel.sessions().record(id).get(0, image);
        return this;
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
