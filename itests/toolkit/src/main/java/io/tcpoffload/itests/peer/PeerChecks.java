// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

import io.tcpoffload.itests.peer.Received.Piece;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What holds for everything that a sound TCP sends, whatever the script: checksums, timestamps on every segment and
 * with an echo that was sent, acknowledgements that never go back, nothing beyond the window's right edge, repeated
 * bytes the same as before. Kept by {@link TcpPeer}, under its lock.
 */
final class PeerChecks {

    private final boolean timestamps;
    private final int scale;
    private final int firstByte;
    private final List<String> complaints = new ArrayList<>();
    private final Set<Integer> stamps = new HashSet<>();
    private final Received received = new Received();
    private int rightEdge;
    private int acknowledged;
    private int lastStamp;
    private boolean stampSeen;
    private boolean stampsJump;

    /**
     * @param firstByte sequence number of the first byte that the server will send
     * @param ownFirst  of the peer's first
     */
    PeerChecks(boolean timestamps, int scale, int firstByte, int ownFirst, int window) {
        this.timestamps = timestamps;
        this.scale = Math.max(0, scale);
        this.firstByte = firstByte;
        rightEdge = firstByte + window;
        acknowledged = ownFirst;
    }

    void sent(Craft craft) {
        if (craft.isHostile()) {
            return;
        }
        int edge = craft.acknowledgement() + (craft.windowField() << scale);
        if ((craft.flags() & Segment.ACK) != 0 && edge - rightEdge > 0) {
            rightEdge = edge;
        }
        if (craft.hasTimestamps()) {
            stamps.add(craft.tsValue());
        }
    }

    /** A time stamp that was sent in a handshake. */
    void stamp(int value) {
        stamps.add(value);
    }

    /** The connection changed hands by a repair, which sets another clock. */
    void stampsMayJump() {
        stampsJump = true;
    }

    void arrived(Segment s, String text) {
        String fault = s.fault();
        if (fault != null) {
            complaints.add(fault + ": " + text);
        }
        if (s.has(Segment.RST)) {
            return;
        }
        if (timestamps != s.hasTimestamps()) {
            complaints.add((timestamps ? "no timestamps: " : "timestamps: ") + text);
        } else if (timestamps) {
            checkStamps(s, text);
        }
        if (s.has(Segment.ACK)) {
            if (s.acknowledgement() - acknowledged < 0) {
                complaints.add("acknowledgement goes back: " + text);
            }
            acknowledged = s.acknowledgement();
        }
        if (s.length() > 0) {
            if (s.sequence() + s.length() - rightEdge > 0) {
                complaints.add("beyond the window's right edge: " + text);
            }
            if (s.sequence() - firstByte >= 0 && !received.add(new Piece(s.sequence() - firstByte, s.payload()))) {
                complaints.add("other bytes than the first time: " + text);
            }
        }
    }

    private void checkStamps(Segment s, String text) {
        if (!stamps.contains(s.timestampEcho())) {
            complaints.add("echoes a timestamp that it should not have taken: " + text);
        }
        if (stampSeen && s.timestampValue() - lastStamp < 0 && !stampsJump) {
            complaints.add("timestamp goes back: " + text);
        }
        stampSeen = true;
        lastStamp = s.timestampValue();
    }

    int firstByte() {
        return firstByte;
    }

    /** What the server expects next. */
    int acknowledged() {
        return acknowledged;
    }

    /** What came of the stream. */
    Received received() {
        return received;
    }

    List<String> complaints() {
        return List.copyOf(complaints);
    }
}
