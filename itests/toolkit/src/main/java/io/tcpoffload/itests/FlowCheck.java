// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * One connection of a capture at the viewers' end, judged frame by frame: what a sender may never do, whatever the
 * link does to its packets. Give it every frame of the connection, handshake included, in the order of capture.
 */
public final class FlowCheck {

    private static final int MOST_COMPLAINTS = 5;

    private final List<String> complaints;
    private int viewerScale;
    private int rightEdge;
    private boolean edgeKnown;
    private int lastAck;
    private int lastTimestamp;
    private int newestViewerTimestamp;
    private boolean viewerSeen;
    private boolean serverSeen;
    private byte[] template;
    private int ttl;
    private long dataFrames;
    private final Holes holes = new Holes();

    /** Complaints go to a list, a few at most of each connection. */
    public FlowCheck(List<String> complaints) {
        this.complaints = complaints;
    }

    /** A frame that the viewer sent. */
    public void fromViewer(Frame f) {
        if (f.has(Frame.SYN)) {
            viewerScale = Math.max(0, f.windowScale());
        } else {
            int edge = f.acknowledgement() + (f.window() << viewerScale);
            if (!edgeKnown || edge - rightEdge > 0) {
                rightEdge = edge;
            }
            edgeKnown = true;
            template = f.staticHeaderOfAnswer().length == f.plainHeaderLength() ? f.staticHeaderOfAnswer() : template;
        }
        if (f.hasTimestamps() && (!viewerSeen || f.timestampValue() - newestViewerTimestamp > 0)) {
            newestViewerTimestamp = f.timestampValue();
        }
        viewerSeen = true;
    }

    /**
     * A frame that the server sent.
     *
     * @param whole whether the capture holds the payload, so that a complete checksum can be checked
     */
    public void fromServer(Frame f, boolean whole) {
        if (f.has(Frame.RST)) {
            return;
        }
        if (!f.ipChecksumRight()) {
            complain(f, "IP checksum wrong");
        }
        if (!f.tcpChecksumUnfinished() && whole && !f.tcpChecksumRight()) {
            complain(f, "TCP checksum wrong");
        }
        if (f.has(Frame.SYN)) {
            return;
        }
        boolean overtaken = f.length() > 0 && f.hasTimestamps()
                && holes.wasOvertaken(f.sequence(), f.length(), f.timestampValue());
        if (!overtaken) {
            order(f);
        }
        if (edgeKnown && f.sequence() + f.length() - rightEdge > 0 && f.length() > 1) {
            complain(f, "beyond the window's right edge " + Integer.toUnsignedString(rightEdge));
        }
        if (f.hasTimestamps() && f.timestampEcho() - newestViewerTimestamp > 0) {
            complain(f, "echoes a timestamp the viewer never sent");
        }
        holes.add(f.sequence(), f.length() + (f.has(Frame.FIN) ? 1 : 0), f.hasTimestamps() ? f.timestampValue() : 0);
        if (f.length() > 0) {
            dataFrames++;
            header(f);
        }
        serverSeen = true;
    }

    /** Frames with payload that the server sent. */
    public long dataFrames() {
        return dataFrames;
    }

    /** Bytes from the server that got lost in front of the capture: seen by repetition only, or never; by timestamps. */
    public long lostBytes() {
        return holes.lostBytes();
    }

    /** What never goes back in what the server sends, be the connection handed from one of its voices to another. */
    private void order(Frame f) {
        if (serverSeen && f.acknowledgement() - lastAck < 0) {
            complain(f, "acknowledgement goes back from " + Integer.toUnsignedString(lastAck));
        }
        lastAck = f.acknowledgement();
        if (!f.hasTimestamps()) {
            return;
        }
        if (serverSeen && f.timestampValue() - lastTimestamp < 0) {
            complain(f, "timestamp goes back by " + (lastTimestamp - f.timestampValue()) + " to "
                    + Integer.toUnsignedString(f.timestampValue()));
        }
        lastTimestamp = f.timestampValue();
    }

    /** Everything but the variable fields must be what follows from the viewer's acknowledgement. */
    private void header(Frame f) {
        byte[] actual = f.staticHeader();
        int at = f.ttlAt();
        if (dataFrames == 1) {
            ttl = actual[at];
        }
        if (actual[at] != ttl) {
            complain(f, "TTL changed from " + ttl + " to " + actual[at]);
        }
        if (template == null || template.length != actual.length) {
            return;
        }
        byte[] expected = template.clone();
        expected[at] = actual[at]; // our own choice, not the viewer's
        expected[f.serviceAt()] = actual[f.serviceAt()];
        if (!Arrays.equals(expected, actual)) {
            complain(f, "header " + HexFormat.of().formatHex(actual) + " is not as the viewer's "
                    + "acknowledgement tells: " + HexFormat.of().formatHex(expected));
        }
    }

    private void complain(Frame f, String what) {
        if (complaints.size() < MOST_COMPLAINTS) {
            complaints.add(what + " in " + f);
        }
    }
}
