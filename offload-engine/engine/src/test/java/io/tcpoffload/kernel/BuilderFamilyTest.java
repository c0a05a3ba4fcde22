// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers of both families, of every length: with and without timestamps, with no, one and two VLAN tags. */
@ExtendWith(Root.class)
@Timeout(60)
class BuilderFamilyTest {

    private static final int SEQ = 1_000_000;
    private static final int RCV_NXT = 5_000_000;
    private static final int PAYLOAD = 1001;
    private static final int[] TAGS = {0x81000006, 0x88A80005};

    private VethPair veth;
    private KernelSide kernel;

    @BeforeEach
    void open() throws Exception {
        veth = new VethPair(true);
        kernel = KernelSide.open(KernelConfig.of("ktest-family"));
        kernel.attach(VethPair.DEVICE);
    }

    @AfterEach
    void close() throws Exception {
        try {
            kernel.close();
        } finally {
            veth.close();
        }
    }

    private int session(boolean ipv6, boolean timestamps, int tags, boolean ecn) {
        SessionTable sessions = kernel.sessions();
        int id = sessions.allocate();
        InetSocketAddress local = new InetSocketAddress(ipv6 ? VethPair.SERVER6 : VethPair.SERVER, 8080);
        InetSocketAddress remote = new InetSocketAddress(ipv6 ? VethPair.VIEWER6 : VethPair.VIEWER, 40000);
        sessions.define(id, local, remote, new Path(Path.Status.USABLE, Libc.if_nametoindex(VethPair.DEVICE), 1500, true,
                0x020000000001L, 0x020000000002L), timestamps);
        ByteBuffer record = sessions.record(id);
        for (int i = 0; i < tags; i++) {
            int link = SessionDescriptor.NETWORK_OFFSET - sessions.linkLength(id);
            byte[] macs = new byte[12];
            record.get(link, macs);
            record.put(link - 4, macs);
            int at = link + 8;
            record.put(at, (byte) (TAGS[i] >> 24)).put(at + 1, (byte) (TAGS[i] >> 16));
            record.put(at + 2, (byte) (TAGS[i] >> 8)).put(at + 3, (byte) TAGS[i]);
            record.put(SessionDescriptor.L2_LEN, (byte) (sessions.linkLength(id) + 4));
        }
        sessions.complete(id, new TcpState(TcpState.ESTABLISHED, SEQ, RCV_NXT, 1400, 1400, 7, 7, timestamps, true, ecn, 0,
                RCV_NXT, 64_000, 64_000, 64_000, RCV_NXT, 0));
        sessions.state(id, SessionState.OWNED);
        return id;
    }

    private ByteBuffer post(int id, int flags) throws Exception {
        SessionTable sessions = kernel.sessions();
        try (FrameCapture capture = new FrameCapture(VethPair.DEVICE)) {
            int header = sessions.headerLength(id);
            assertTrue(kernel.ring().claim(header));
            byte[] payload = new byte[PAYLOAD];
            payload[PAYLOAD - 1] = 42;
            kernel.ring().payload().put(payload);
            kernel.jobs().set(0, id, SEQ, flags);
            kernel.ring().commit(PAYLOAD, 0, sessions.linkLength(id), sessions.ipv6(id), 0, 1);
            assertEquals(0, kernel.ring().flush());
            assertEquals(JobList.SENT, kernel.jobs().result(0));
            return ByteBuffer.wrap(capture.next(header + PAYLOAD));
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false, 0", "false, true, 0", "false, true, 1", "false, true, 2", "false, false, 2",
        "true, false, 0", "true, true, 0", "true, false, 1", "true, true, 1", "true, true, 2"})
    void everyByteIsInItsPlace(boolean ipv6, boolean timestamps, int tags) throws Exception {
        int id = session(ipv6, timestamps, tags, false);
        ByteBuffer frame = post(id, JobList.ACK | JobList.PSH);
        assertEquals(0x0200000000020200L, frame.getLong(0));
        for (int i = 0; i < tags; i++) {
            assertEquals(TAGS[tags - 1 - i], frame.getInt(12 + 4 * i));
        }
        int ip = 14 + 4 * tags;
        assertEquals(ipv6 ? (short) 0x86DD : 0x0800, frame.getShort(ip - 2));
        int tcp = ip + (ipv6 ? 40 : 20);
        int tcpBytes = (timestamps ? 32 : 20) + PAYLOAD;
        int addresses = ip + (ipv6 ? 8 : 12);
        if (ipv6) {
            assertEquals(0x60000000, frame.getInt(ip));
            assertEquals(tcpBytes, frame.getShort(ip + 4));
            assertEquals(0x0640, frame.getShort(ip + 6));
        } else {
            assertEquals(20 + tcpBytes, frame.getShort(ip + 2));
            assertEquals(0xFFFF, Frame.sum(frame.array(), ip, 20, 0));
        }
        assertEquals(8080, frame.getShort(tcp));
        assertEquals(SEQ, frame.getInt(tcp + 4));
        assertEquals(RCV_NXT, frame.getInt(tcp + 8));
        assertEquals(JobList.ACK | JobList.PSH, frame.get(tcp + 13));
        assertEquals(Frame.sum(frame.array(), addresses, ipv6 ? 32 : 8, 6 + tcpBytes), frame.getShort(tcp + 16) & 0xFFFF,
                "left to the device");
        assertEquals(42, frame.get(frame.capacity() - 1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Clause(rfc = "RFC 3168", section = "5", does = "new data of an ECN connection carries ECT(0)")
    @Clause(rfc = "RFC 3168", section = "6.1.3", does = "a mark on the viewer's data is echoed until its CWR")
    void congestionMarks(boolean ipv6) throws Exception {
        int id = session(ipv6, true, 0, true);
        int tcp = 14 + (ipv6 ? 40 : 20);
        ByteBuffer capable = post(id, JobList.ACK | JobList.ECT);
        assertEquals(ipv6 ? 0x20 : 2, capable.get(15));
        assertEquals(0xFFFF, ipv6 ? 0xFFFF : Frame.sum(capable.array(), 14, 20, 0));
        assertEquals(JobList.ACK, capable.get(tcp + 13));
        ByteBuffer plain = post(id, JobList.ACK | JobList.CWR);
        assertEquals(0, plain.get(15));
        assertEquals((byte) (JobList.ACK | JobList.CWR), plain.get(tcp + 13));
        kernel.sessions().record(id).put(SessionDescriptor.RECEIVE_FLAGS, (byte) SessionDescriptor.RECEIVED_CE);
        assertEquals(JobList.ACK | Frame.ECE, post(id, JobList.ACK).get(tcp + 13));
        assertEquals(JobList.ACK | JobList.RST, post(id, JobList.ACK | JobList.RST).get(tcp + 13));
    }

    @Test
    void aPostOfOneFamilyGoesToNobodyOfTheOther() throws Exception {
        for (boolean ipv6 : new boolean[] {false, true}) {
            int id = session(ipv6, true, 0, false);
            assertTrue(kernel.ring().claim(kernel.sessions().headerLength(id)));
            kernel.jobs().set(0, id, SEQ, JobList.ACK);
            kernel.ring().commit(PAYLOAD, 0, 14, !ipv6, 0, 1);
            assertEquals(0, kernel.ring().flush());
            assertEquals(JobList.OTHER_SHAPE, kernel.jobs().result(0));
        }
    }
}
