// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What real viewers get from the programs alone, by every kind of device, and that the stream goes on afterwards. */
@ExtendWith(Root.class)
@Timeout(60)
class AbsenceTest {

    private static final KernelConfig CONFIG = KernelConfig.of(Root.instance("absence")).withMaxSessions(8);
    private static final byte[] HEAD = "HTTP/1.1 200 OK\r\n\r\n".getBytes();
    private static final String TUN = "ktun0";
    /** More than a segment, less than what is thrown away of a viewer's input. */
    private static final int UPLOAD = 4000;

    private VethPair veth;
    private KernelSide kernel;

    @BeforeEach
    void open() throws Exception {
        start(true);
    }

    private void start(boolean timestamps) throws Exception {
        veth = new VethPair(timestamps);
        kernel = KernelSide.open(CONFIG);
    }

    @AfterEach
    void close() throws Exception {
        try {
            kernel.close();
        } finally {
            veth.close();
        }
    }

    /** With and without devices that finish checksums, on either end: the receiving kernel judges. */
    @ParameterizedTest
    @CsvSource({"10.213.7.1, on, on, true", "10.213.7.1, on, off, true", "10.213.7.1, off, on, true",
        "10.213.7.1, off, off, false", "10.213.7.1, on, on, false", "fd21:3:7::1, on, on, true",
        "fd21:3:7::1, on, off, true", "fd21:3:7::1, off, on, false", "fd21:3:7::1, off, off, true"})
    void byEthernet(String server, String ours, String theirs, boolean timestamps) throws Exception {
        close();
        start(timestamps);
        VethPair.run("ethtool", "-K", VethPair.DEVICE, "tx", ours);
        veth.runInside("ethtool", "-K", "kt1", "tx", theirs);
        kernel.attach(VethPair.DEVICE);
        connectAndLeave(server);
    }

    /** A frame of the viewer's with tags, and what the viewer's end of the wire gets. */
    @ParameterizedTest
    @CsvSource({"10.213.7.1, 1, on", "10.213.7.1, 2, on", "10.213.7.1, 1, off", "fd21:3:7::1, 2, off", "10.213.7.1, 0, on",
        "fd21:3:7::1, 1, on"})
    void byVlan(String server, int tags, String offload) throws Exception {
        VethPair.run("ethtool", "-K", VethPair.DEVICE, "txvlan", offload);
        kernel.attach(VethPair.DEVICE);
        try (Listener listener = new Listener(server)) {
            Served served = serve(listener, veth.inNamespace(() -> new Socket(server, listener.address().getPort())));
            int[] ids = {5, 6};
            byte[] stale = frame(served, -1).tags(Arrays.copyOf(ids, tags)).bytes();
            System.arraycopy(kernel.sessions().template(served.id()), 6, stale, 0, 6);
            tag(kernel.sessions().record(served.id()), tags);
            int nxt = kernel.sessions().nxt(served.id());
            kernel.suspend();
            String answer = capture(stale);
            String vlan = tags == 0 ? "" : tags == 1 ? "5" : "5,6";
            String ip = server.contains(":") ? "" : "1";
            assertEquals(vlan + "\t0x0010\t" + Integer.toUnsignedString(nxt) + "\t1\t" + ip + "\t32", answer);
        }
    }

    /** Gives the template the tags that a first ACK with them would have given it. */
    private static void tag(ByteBuffer record, int tags) {
        byte[] link = new byte[14];
        record.get(SessionDescriptor.NETWORK_OFFSET - 14, link);
        ByteBuffer tagged = ByteBuffer.allocate(14 + 4 * tags).put(link, 0, 12);
        for (int tag = 0; tag < tags; tag++) {
            tagged.putShort((short) 0x8100).putShort((short) (5 + tag));
        }
        tagged.put(link, 12, 2);
        record.put(SessionDescriptor.NETWORK_OFFSET - tagged.capacity(), tagged.array());
        record.put(SessionDescriptor.L2_LEN, (byte) tagged.capacity());
    }

    /** Sends a frame from the viewer's end and returns what tshark says of the next one that arrives there. */
    private String capture(byte[] frame) throws Exception {
        java.nio.file.Path file = Files.createTempFile("ktest", ".pcap");
        try {
            Process dump = new ProcessBuilder("ip", "netns", "exec", veth.viewers(), "tcpdump", "-i", "kt1", "-Q", "in",
                    "-U", "-c", "1", "-w", file.toString(), "tcp or vlan").redirectErrorStream(true).start();
            assertTrue(dump.inputReader().readLine().contains("listening"));
            try (Flood flood = veth.inNamespace(() -> new Flood("kt1", frame))) {
                assertTrue(dump.waitFor(5, TimeUnit.SECONDS), "no answer");
            }
            return VethPair.run("tshark", "-r", file.toString(), "-o", "tcp.check_checksum:TRUE", "-o",
                    "ip.check_checksum:TRUE", "-o", "tcp.relative_sequence_numbers:FALSE", "-T", "fields", "-e", "vlan.id",
                    "-e", "tcp.flags", "-e", "tcp.seq", "-e", "tcp.checksum.status", "-e", "ip.checksum.status", "-e",
                    "tcp.hdr_len").lines().filter(line -> line.contains("0x")).findFirst().orElse("");
        } finally {
            Files.delete(file);
            kernel = KernelSide.open(CONFIG); // what was suspended is to be removed in this namespace
        }
    }

    @ParameterizedTest
    @CsvSource({"10.213.8.1", "fd21:3:8::1"})
    void byTun(String server) throws Exception {
        try (Tun ours = new Tun(TUN).up("10.213.8.1/24").up("fd21:3:8::1/64");
                Tun theirs = veth.inNamespace(() -> new Tun(TUN).up("10.213.8.2/24").up("fd21:3:8::2/64"))) {
            ours.into(theirs);
            theirs.into(ours);
            kernel.attach(TUN);
            connectAndLeave(server);
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1", "::1"})
    void byLoopback(String server) throws Exception {
        kernel.attach("lo");
        try (Listener listener = new Listener(server)) {
            leave(serve(listener, new Socket(server, listener.address().getPort())), false);
        }
        assertCalm(false);
    }

    private Served serve(Listener listener, Socket viewer) throws Exception {
        viewer.setTcpNoDelay(true);
        int id = Takeover.of(kernel, listener.accept(), HEAD);
        assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
        return new Served(kernel, id, viewer);
    }

    private void connectAndLeave(String server) throws Exception {
        try (Listener listener = new Listener(server)) {
            leave(serve(listener, veth.inNamespace(() -> new Socket(server, listener.address().getPort()))), true);
        }
        assertCalm(true);
    }

    /** The viewer sends and half-closes while no engine is there. */
    private void leave(Served served, boolean inside) throws Exception {
        served.streams(1, 3, 20_000);
        kernel.suspend();
        Socket viewer = served.viewer();
        viewer.getOutputStream().write(new byte[UPLOAD]);
        await(viewer, inside, "ESTAB", "0");
        viewer.shutdownOutput();
        await(viewer, inside, "FIN-WAIT-2", "0");

        kernel = KernelSide.open(CONFIG);
        assertTrue(kernel.resumed());
        kernel.sessions().claim(served.id());
        assertTrue(kernel.sessions().finReceived(served.id()));
        assertTrue(kernel.counters().get(KernelCounter.ANSWERS) >= 2, "data and FIN: "
                + kernel.counters().snapshot());
        assertEquals(0, kernel.counters().get(KernelCounter.ANSWERS_FAILED));
        kernel.events().poll(event -> assertEquals(0, event.reasons(), "answered already"), 100);
        Served again = new Served(kernel, served.id(), viewer);
        again.streams(2, 3, 20_000);
        again.finish();
    }

    private void await(Socket viewer, boolean inside, String state, String queued) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        String[] command = {"ss", "-Hatn", "sport = :" + viewer.getLocalPort()};
        String found;
        do {
            found = inside ? veth.runInside(command) : VethPair.run(command);
            assertTrue(System.nanoTime() < end, "not " + state + ", " + queued + " unacknowledged: " + found);
        } while (!found.matches("(?s)" + state + " +\\d+ +" + queued + " .*"));
    }

    /** No checksum, sequence number or stamp that the viewers' kernel did not like, and no word of the server's kernel. */
    private void assertCalm(boolean inside) throws Exception {
        String[] command = {"nstat", "-asz", "TcpInErrs", "TcpInCsumErrors", "TcpExtTCPChallengeACK", "TcpExtPAWSEstab",
            "IpInHdrErrors", "Ip6InHdrErrors", "TcpOutRsts"};
        String theirs = inside ? veth.runInside(command) : VethPair.run(command);
        String ours = VethPair.run(command);
        for (String errors : List.of(theirs, ours)) {
            assertTrue(errors.lines().filter(line -> line.matches("(Tcp|Ip).*"))
                    .allMatch(line -> line.trim().split("\\s+")[1].equals("0")), errors);
        }
    }

    @Test
    void aViewerThatAsksWhetherItIsHeardIsAnswered() throws Exception {
        kernel.attach(VethPair.DEVICE);
        try (Listener listener = new Listener(VethPair.SERVER)) {
            Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()));
            serve(listener, viewer);
            kernel.suspend();
            viewer.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 1);
            viewer.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 1);
            viewer.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 1);
            viewer.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            TimeUnit.SECONDS.sleep(4); // a probe that nobody answers ends the connection a second later
            await(viewer, true, "ESTAB", "0");
            kernel = KernelSide.open(CONFIG);
            assertTrue(kernel.resumed(), kernel.notes().toString());
            assertTrue(kernel.counters().get(KernelCounter.ANSWERS) >= 2, kernel.counters().snapshot().toString());
        }
        assertCalm(true);
    }

    @Test
    void aSegmentBehindExtensionHeadersIsAnsweredWithoutAny() throws Exception {
        kernel.attach(VethPair.DEVICE);
        try (Listener listener = new Listener(VethPair.SERVER6)) {
            Served served = serve(listener,
                    veth.inNamespace(() -> new Socket(VethPair.SERVER6, listener.address().getPort())));
            byte[] stale = frame(served, -1).extension(60, 2).bytes();
            System.arraycopy(kernel.sessions().template(served.id()), 6, stale, 0, 6);
            int nxt = kernel.sessions().nxt(served.id());
            kernel.suspend();
            assertEquals("\t0x0010\t" + Integer.toUnsignedString(nxt) + "\t1\t\t32", capture(stale));
        }
    }

    @Test
    void whatNeedsNoAnswerDrawsNone() throws Exception {
        kernel.attach(VethPair.DEVICE);
        try (Listener listener = new Listener(VethPair.SERVER)) {
            Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()));
            Served served = serve(listener, viewer);
            byte[] pure = ack(served, 0);
            byte[] stale = ack(served, -1);
            kernel.suspend();
            try (Flood flood = veth.inNamespace(() -> new Flood("kt1", pure))) {
                while (flood.frames() < 1000) {
                    Thread.onSpinWait();
                }
            }
            long start = System.nanoTime();
            try (Flood flood = veth.inNamespace(() -> new Flood("kt1", stale))) {
                TimeUnit.MILLISECONDS.sleep(500);
            }
            long tenths = (System.nanoTime() - start) / 100_000_000;
            kernel = KernelSide.open(CONFIG);
            long answers = kernel.counters().get(KernelCounter.ANSWERS);
            assertTrue(answers >= 4 && answers <= tenths + 1, answers + " in " + tenths + " tenths of a second");
        }
    }

    /** An acknowledgement of the viewer's that says nothing new, its sequence number so many beside. */
    private Frame frame(Served served, int beside) {
        SessionTable sessions = kernel.sessions();
        return new Frame().from(served.viewer().getLocalAddress().getAddress(), served.viewer().getLocalPort())
                .to(served.viewer().getInetAddress().getAddress(), served.viewer().getPort())
                .timestamp(sessions.tsRecent(served.id()), 0)
                .seq(sessions.rcvNxt(served.id()) + beside).ack(sessions.nxt(served.id()));
    }

    private byte[] ack(Served served, int beside) {
        byte[] ack = frame(served, beside).bytes();
        System.arraycopy(kernel.sessions().template(served.id()), 6, ack, 0, 6);
        return ack;
    }

    @Test
    void anEngineThatIsStuckIsSpokenForUntilItIsBack() throws Exception {
        kernel.attach(VethPair.DEVICE);
        try (Listener listener = new Listener(VethPair.SERVER)) {
            Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()));
            Served served = serve(listener, viewer);
            kernel.heartbeat(System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(1001));
            viewer.getOutputStream().write(1);
            await(viewer, true, "ESTAB", "0");
            assertEquals(1, kernel.counters().get(KernelCounter.ANSWERS));
            assertEquals(1, kernel.counters().get(KernelCounter.EVENTS), "it hears of it when it is back");
            kernel.heartbeat(System.nanoTime());
            viewer.getOutputStream().write(1);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (kernel.counters().get(KernelCounter.EVENTS) == 1) {
                assertTrue(System.nanoTime() < end);
            }
            assertEquals(1, kernel.counters().get(KernelCounter.ANSWERS));
        }
    }
}
