// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.kernel.Listener.Accepted;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the header builder refuses, and every byte of what it makes. */
@ExtendWith(Root.class)
@Timeout(60)
class BuilderTest {

    private static final byte[] HEAD = {'x'};
    private static final int JOB = 7;

    private VethPair veth;
    private KernelSide kernel;
    private Listener listener;
    private Socket viewer;
    private Device device;
    private int id;

    @BeforeEach
    void open() throws Exception {
        veth = new VethPair(true);
        kernel = KernelSide.open(KernelConfig.of("ktest-build"));
        device = kernel.attach(VethPair.DEVICE);
        listener = new Listener(VethPair.SERVER);
        viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()));
        Accepted accepted = listener.accept();
        id = Takeover.of(kernel, accepted, HEAD);
        viewer.getInputStream().readNBytes(1);
    }

    @AfterEach
    void close() throws Exception {
        viewer.close();
        listener.close();
        kernel.close();
        veth.close();
    }

    private int post(int session, int payload, int gso, int l3Offset, int headerLength) {
        kernel.jobs().set(JOB, session, kernel.sessions().nxt(id), JobList.ACK);
        assertTrue(kernel.ring().claim(headerLength));
        kernel.ring().commit(payload, gso, l3Offset, false, JOB, 1);
        assertEquals(0, kernel.ring().flush());
        return kernel.jobs().result(JOB);
    }

    @Test
    void refusesWhatDoesNotFitThePost() throws Exception {
        int header = kernel.sessions().headerLength(id);
        assertEquals(JobList.OTHER_SHAPE, post(id, 10, 0, 14, header - 12));
        assertEquals(JobList.OTHER_SHAPE, post(id, 10, 0, 18, header));
        assertEquals(JobList.TOO_LARGE, post(id, 5000, 1449, 14, header));
        assertEquals(JobList.TOO_LARGE, post(id, 1449, 0, 14, header));
        assertEquals(JobList.NO_SESSION, post(1 << 20, 10, 0, 14, header));
        assertEquals(JobList.NOT_OWNED, post(id + 1, 10, 0, 14, header));
        kernel.sessions().record(id).putInt(SessionDescriptor.IFINDEX, 9999);
        assertEquals(-22, post(id, 10, 0, 14, header), "EINVAL: no such device");
        Map<KernelCounter, Long> counted = kernel.counters().snapshot();
        assertEquals(7, counted.get(KernelCounter.POSTS));
        assertEquals(0, counted.get(KernelCounter.FRAMES_SENT));
        assertEquals(2, counted.get(KernelCounter.TARGETS_NOT_OWNED));
        assertEquals(4, counted.get(KernelCounter.TARGETS_OTHER_SHAPE));
        assertEquals(1, counted.get(KernelCounter.FRAMES_REFUSED));
    }

    @Test
    void refusesAStateThatIsNotOwned() throws Exception {
        for (int state : new int[] {SessionState.FREE, SessionState.LEARN, SessionState.TAKING, SessionState.LINGER}) {
            kernel.sessions().state(id, state);
            assertEquals(JobList.NOT_OWNED, post(id, 10, 0, 14, 66));
        }
    }

    @Test
    void eatsMalformedPosts() throws Exception {
        ByteBuffer post = ByteBuffer.allocate(100).order(ByteOrder.nativeOrder());
        post.put(12, (byte) 8).put(14, (byte) 0x45);
        int builder = kernel.program(KernelObject.BUILDER);
        for (short magic : new short[] {0, RingDescriptor.MAGIC}) {
            for (int count : new int[] {0, 1025}) {
                post.putInt(0, 0).putShort(4, (short) count).put(6, (byte) 66).put(7, (byte) 14).putShort(8, magic).put(10, (byte) 4);
                assertEquals(ProgramRun.STOLEN, ProgramRun.run(builder, post.array(), kernel.mark()));
            }
        }
        assertEquals(4, kernel.counters().get(KernelCounter.POSTS_BAD));
    }

    @Test
    void passesWhatIsNotOurs() throws Exception {
        byte[] packet = new Frame().bytes();
        int builder = kernel.program(KernelObject.BUILDER);
        assertEquals(ProgramRun.UNSPEC, ProgramRun.run(builder, packet, 0));
        assertEquals(ProgramRun.UNSPEC, ProgramRun.run(builder, packet, kernel.mark() ^ 1));
        assertEquals(0, kernel.counters().get(KernelCounter.POSTS));
    }

    @Test
    void keepsTheVlanTagOfTheTemplate() throws Exception {
        byte[] plain = kernel.sessions().template(id);
        ByteBuffer record = kernel.sessions().record(id).order(ByteOrder.BIG_ENDIAN);
        record.put(SessionDescriptor.L2_LEN, (byte) 18);
        record.put(SessionDescriptor.NETWORK_OFFSET - 18, plain, 0, 12);
        record.putInt(SessionDescriptor.NETWORK_OFFSET - 6, 0x81000005);
        try (FrameCapture capture = new FrameCapture(VethPair.DEVICE)) {
            assertTrue(kernel.ring().claim(70));
            kernel.ring().payload().putInt(0x01020304);
            kernel.jobs().set(0, id, kernel.sessions().nxt(id), JobList.ACK);
            kernel.ring().commit(4, 0, 18, false, 0, 1);
            assertEquals(0, kernel.ring().flush());
            assertEquals(JobList.SENT, kernel.jobs().result(0));
            ByteBuffer frame = ByteBuffer.wrap(capture.next(74));
            assertEquals(0x81000005, frame.getInt(12));
            assertEquals(0x0800, frame.getShort(16));
            assertEquals(0x01020304, frame.getInt(70));
        }
    }

    @Test
    void frameOnTheWireEqualsTheTemplateButForTheVariableFields() throws Exception {
        SessionTable sessions = kernel.sessions();
        byte[] template = sessions.template(id);
        try (FrameCapture capture = veth.inNamespace(() -> new FrameCapture("kt1"))) {
            int seq = sessions.nxt(id);
            sessions.nxt(id, seq + 4);
            assertTrue(kernel.ring().claim(66));
            kernel.ring().payload().putInt(0x01020304);
            kernel.jobs().set(0, id, seq, JobList.ACK | JobList.PSH);
            int tsRecent = sessions.tsRecent(id);
            long ms = System.nanoTime() / 1_000_000;
            kernel.ring().commit(4, 0, 14, false, 0, 1);
            assertEquals(0, kernel.ring().flush());
            ByteBuffer frame = ByteBuffer.wrap(capture.next(70));
            assertEquals(56, frame.getShort(16));
            assertEquals(0xFFFF, Frame.sum(frame.array(), 14, 20, 0));
            assertEquals(seq, frame.getInt(38));
            assertEquals(sessions.rcvNxt(id), frame.getInt(42));
            assertEquals(JobList.ACK | JobList.PSH, frame.get(47));
            assertEquals(sessions.advertisedWindow(id), frame.getShort(48) & 0xFFFF);
            assertTrue(Set.of(0L, 1L, 2L).contains(
                    (long) (frame.getInt(58) - sessions.tsOffset(id) - (int) ms)));
            assertEquals(tsRecent, frame.getInt(62));
            assertEquals(0x01020304, frame.getInt(66));
            int pseudo = Frame.sum(frame.array(), 26, 8, 6 + 36);
            assertEquals(pseudo, frame.getShort(50) & 0xFFFF, "left to the device");
            for (int variable : new int[] {16, 17, 24, 25, 38, 39, 40, 41, 42, 43, 44, 45, 47, 48, 49, 50, 51, 58, 59, 60,
                61, 62, 63, 64, 65}) {
                frame.put(variable, (byte) 0);
            }
            byte[] constant = new byte[66];
            frame.get(0, constant);
            assertEquals(HexFormat.of().formatHex(template), HexFormat.of().formatHex(constant));
        }
    }
}
