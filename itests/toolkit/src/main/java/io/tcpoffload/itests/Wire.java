// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A finished capture at the viewers' end, judged. */
public final class Wire {

    /**
     * What tshark remarks of every sound sender, the kernel's among them: one segment in 65,536 has the checksum 0, which
     * Linux writes as 0xffff, its equal in one's complement ({@code CSUM_MANGLED_0}); and a sender may fill the window
     * of a viewer that reads slowly - that it never goes beyond is {@link FlowCheck}'s to see.
     */
    private static final List<String> NO_FAULTS = List.of("TCP Checksum 0xffff instead of 0x0000",
            "TCP window specified by the receiver is now completely full");


    private final Path file;
    private final int serverPort;
    private final Map<Integer, FlowCheck> flows = new HashMap<>();
    private final Map<Integer, Long> framesToViewer = new TreeMap<>();
    private final List<String> complaints = new ArrayList<>();

    /**
     * Reads a capture.
     *
     * @param whole whether it holds whole packets
     */
    public Wire(Path file, int serverPort, boolean whole) {
        this(file, serverPort, whole, f -> true);
    }

    private Wire(Path file, int serverPort, boolean whole, Predicate<Frame> valid) {
        this.file = file;
        this.serverPort = serverPort;
        PcapFile.read(file, f -> {
            if (!valid.test(f)) {
                return;
            }
            if (f.sourcePort() == serverPort) {
                flow(f, f.destinationPort()).fromServer(f, whole);
                framesToViewer.merge(f.destinationPort(), 1L, Long::sum);
            } else {
                flow(f, f.sourcePort()).fromViewer(f);
            }
        });
    }

    /**
     * Reads a capture of whole packets at the server's end, behind a link that may have damaged what viewers sent: those
     * tell the sender nothing, so they tell the judge nothing.
     */
    public static Wire atServer(Path file, int serverPort) {
        return new Wire(file, serverPort, true, f -> f.lengthsAgree()
                && (f.sourcePort() == serverPort || f.ipChecksumRight() && f.tcpChecksumRight()));
    }

    /** What the sender did that it may never do, empty for nothing. */
    public List<String> complaints() {
        return Collections.unmodifiableList(complaints);
    }

    /** All frames from the server, by the viewer's port. */
    public Map<Integer, Long> framesToViewer() {
        return Collections.unmodifiableMap(framesToViewer);
    }

    /** Frames with payload from the server: the response head's and the media's. */
    public long dataFrames() {
        return flows.values().stream().mapToLong(FlowCheck::dataFrames).sum();
    }

    /**
     * Bytes to viewers with timestamps that got lost in front of the capture. On a link between two namespaces a segment
     * may also be overtaken, when the sender's thread goes from one CPU to another; that is no loss.
     */
    public long lostBytes() {
        return flows.values().stream().mapToLong(FlowCheck::lostBytes).sum();
    }

    /**
     * What tshark says of the server's frames and how often: analysis flags such as "This frame is a (suspected)
     * retransmission", and bad checksums. What it says of a viewer's frames is not asked for: their checksums are
     * captured before the device finishes them. {@link #NO_FAULTS} are left out.
     */
    public Map<String, Long> tsharkFlags() {
        String output = Command.run("tshark", "-n", "-r", file.toString(), "-o", "tcp.check_checksum:TRUE", "-o",
                "ip.check_checksum:TRUE", "-Y", "tcp.srcport == " + serverPort
                + " and (tcp.analysis.flags or tcp.checksum.status == 0 or ip.checksum.status == 0)", "-T", "fields",
                "-E", "separator=|", "-E", "aggregator=|", "-e", "_ws.expert.message");
        Map<String, Long> flags = new TreeMap<>();
        output.lines().filter(line -> !line.startsWith("Running as")).flatMap(line -> Arrays.stream(line.split("\\|")))
                .map(message -> message.replaceAll(" (\\[should|\\(#).*", "").strip())
                .filter(message -> NO_FAULTS.stream().noneMatch(message::startsWith))
                .forEach(message -> flags.merge(message, 1L, Long::sum));
        return flags;
    }

    /**
     * Takes what says that a frame is a repetition out of {@link #tsharkFlags}.
     *
     * @return repeated frames; tshark calls some of them fast or spurious besides
     */
    public static long takeRetransmissions(Map<String, Long> flags) {
        long frames = flags.getOrDefault("This frame is a (suspected) retransmission", 0L);
        flags.keySet().removeIf(flag -> flag.contains("retransmission"));
        return frames;
    }

    /** One address of each family is usual here, and both may have viewers on the same port. */
    private FlowCheck flow(Frame f, int viewerPort) {
        return flows.computeIfAbsent(f.ipv6() ? -viewerPort : viewerPort, p -> new FlowCheck(complaints));
    }
}
