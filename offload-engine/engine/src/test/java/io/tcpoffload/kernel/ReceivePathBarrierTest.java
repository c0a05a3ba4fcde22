// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import io.tcpoffload.kernel.Listener.Accepted;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** After the barrier nothing comes to the socket any more, however much arrives at the hook. */
@ExtendWith(Root.class)
@Timeout(60)
class ReceivePathBarrierTest {

    private static final int ROUNDS = 150;
    /** Of the rounds, those in which something came in time. */
    private static final int ENOUGH = ROUNDS / 4;
    /** On a machine that is busy otherwise, much less comes in a round. */
    private static final long PATIENCE_NS = 40_000_000_000L;
    private static final long PAUSE_NS = 1_000_000;

    @Test
    void keepsTheThreadsAffinityAndPolicy() throws Exception {
        try (ReceivePathBarrier barrier = new ReceivePathBarrier(); Memory before = mask(); Memory after = mask()) {
            Libc.sched_getaffinity(0, before.size(), before);
            barrier.await();
            Libc.sched_getaffinity(0, after.size(), after);
            assertEquals(1, barrier.visits());
            assertEquals(0, Libc.sched_getscheduler(0), "SCHED_OTHER");
            assertTrue(Urgency.raise());
            assertEquals(1, Libc.sched_getscheduler(0), "SCHED_FIFO");
            barrier.await();
            assertEquals(1, Libc.sched_getscheduler(0), "it was so before");
            Urgency.lower();
            assertArrayEquals(before.getByteArray(0, 128), after.getByteArray(0, 128));
        }
    }

    private static Memory mask() {
        Memory mask = new Memory(128);
        mask.clear();
        return mask;
    }

    @Test
    void waitsForAGracePeriodWhereCpusMayNotBeVisited() throws Exception {
        try (ReceivePathBarrier barrier = new ReceivePathBarrier(false)) {
            barrier.await();
            assertEquals(0, barrier.visits());
        }
    }

    /**
     * Segments of one viewer come on every CPU as fast as they can be sent; its session changes between LEARN, which lets
     * everything through, and TAKING. The socket counts every segment it gets (tcpi_segs_in): after the barrier the count
     * must stand still.
     */
    @Test
    void nothingSlipsByUnderLoad() throws Exception {
        try (VethPair veth = new VethPair(true); KernelSide kernel = KernelSide.open(KernelConfig.of("ktest-bar"));
                Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            kernel.attach(VethPair.DEVICE);
            Accepted socket = listener.accept();
            int id = Takeover.watch(kernel, socket);
            byte[] segment = segmentOf(socket);
            AtomicBoolean stop = new AtomicBoolean();
            List<Thread> floods = new ArrayList<>();
            for (int i = 0; i < Runtime.getRuntime().availableProcessors() + 1; i++) {
                int fd = veth.inNamespace(() -> packetSocket("kt1"));
                floods.add(new Thread(() -> flood(fd, segment, stop)));
            }
            floods.forEach(Thread::start);
            int arrived = 0;
            int passed = 0;
            int rounds = 0;
            try {
                long end = System.nanoTime() + PATIENCE_NS;
                while (rounds < ROUNDS || Math.min(arrived, passed) < ENOUGH && System.nanoTime() < end) {
                    rounds++;
                    kernel.sessions().state(id, SessionState.TAKING);
                    kernel.settle();
                    int count = segmentsIn(socket.fd());
                    long eaten = kernel.counters().get(KernelCounter.EATEN_TAKING);
                    pause();
                    assertEquals(count, segmentsIn(socket.fd()), "round " + rounds);
                    arrived += kernel.counters().get(KernelCounter.EATEN_TAKING) > eaten ? 1 : 0;
                    kernel.sessions().state(id, SessionState.LEARN);
                    pause();
                    passed += segmentsIn(socket.fd()) > count ? 1 : 0;
                }
            } finally {
                stop.set(true);
                for (Thread flood : floods) {
                    flood.join();
                }
                TcpRepair.close(socket.fd());
            }
            assertTrue(Math.min(arrived, passed) >= ENOUGH,
                    "too little came: eaten in " + arrived + ", passed in " + passed + " of " + rounds + " rounds");
        }
    }

    private static void pause() {
        long end = System.nanoTime() + PAUSE_NS;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** Right in everything but far behind the window: the socket counts it and throws it away. */
    private static byte[] segmentOf(Accepted socket) throws Exception {
        byte[] bytes = new Frame().from(socket.remote().getAddress().getAddress(), socket.remote().getPort())
                .to(socket.local().getAddress().getAddress(), socket.local().getPort()).seq(1).ack(1).bytes();
        String link = VethPair.run("ip", "-o", "link", "show", "dev", VethPair.DEVICE).split("link/ether ")[1];
        byte[] mac = HexFormat.ofDelimiter(":").parseHex(link.substring(0, 17));
        System.arraycopy(mac, 0, bytes, 0, mac.length);
        return bytes;
    }

    private static int packetSocket(String device) throws KernelException {
        int fd = Errno.check(Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW, 0), "socket(AF_PACKET)");
        try (Memory address = new Memory(20)) {
            address.clear();
            address.setShort(0, (short) Libc.AF_PACKET);
            address.setInt(4, Libc.if_nametoindex(device));
            Errno.check(Libc.bind(fd, address, 20), "bind");
        }
        return fd;
    }

    private static void flood(int fd, byte[] segment, AtomicBoolean stop) {
        try (Memory bytes = new Memory(segment.length)) {
            bytes.write(0, segment, 0, segment.length);
            while (!stop.get()) {
                Libc.send(fd, bytes, segment.length, 0);
            }
        }
        Libc.close(fd);
    }

    /** struct tcp_info: tcpi_segs_in at 140. */
    private static int segmentsIn(int fd) throws KernelException {
        try (Memory info = new Memory(192); NativeInt length = new NativeInt(192)) {
            Errno.check(Libc.getsockopt(fd, Libc.SOL_TCP, 11, info, length.pointer()), "getsockopt(TCP_INFO)");
            return info.getInt(140);
        }
    }
}
