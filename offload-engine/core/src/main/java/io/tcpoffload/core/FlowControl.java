// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** The viewer's receive window and silly-window avoidance (RFC 9293 3.8.6). */
final class FlowControl {

    private final SegmentSize segment;
    private int rightEdge;
    private long windowBytes;
    private long maxWindowBytes;
    private long arrivalNs = Long.MIN_VALUE;
    private boolean override;
    private boolean filling;

    FlowControl(SegmentSize segment, int una, long windowBytes) {
        this.segment = segment;
        this.windowBytes = windowBytes;
        this.maxWindowBytes = windowBytes;
        this.rightEdge = Seq.plus(una, windowBytes);
    }

    /**
     * Takes the window of an acknowledgement. Of two with the same number the later arrival counts, since events and the
     * session record reach the sender by different ways. Of the same arrival the record counts: the hook has judged there
     * whether the window is an update (RFC 9293 3.10.7.4, SND.WL1), in the event it is what the packet said.
     *
     * @return true when the right edge went back
     */
    boolean onWindow(int ack, boolean advances, long newWindowBytes, long newArrivalNs, boolean recorded) {
        if (!advances && (newArrivalNs < arrivalNs || newArrivalNs == arrivalNs && !recorded)) {
            return false;
        }
        final int newEdge = Seq.plus(ack, newWindowBytes);
        final boolean shrunk = Seq.before(newEdge, rightEdge);
        rightEdge = newEdge;
        windowBytes = newWindowBytes;
        maxWindowBytes = Math.max(maxWindowBytes, newWindowBytes);
        arrivalNs = newArrivalNs;
        return shrunk;
    }

    /** First sequence number the viewer does not take. */
    int rightEdge() {
        return rightEdge;
    }

    long windowBytes() {
        return windowBytes;
    }

    long maxWindowBytes() {
        return maxWindowBytes;
    }

    /** Bytes that may be sent from {@code seq} on. */
    long usableFrom(int seq) {
        return Math.max(0, Seq.distance(seq, rightEdge));
    }

    /** Silly-window avoidance has waited long enough: whatever fits may go, once. */
    void overrideOnce() {
        override = true;
    }

    boolean isOverridden() {
        return override;
    }

    void onSent() {
        override = false;
    }

    /** Whether what is more than a full segment may fill the window, with a short one at the end. */
    void fill(boolean on) {
        filling = on;
    }

    /**
     * What of {@code available} bytes goes (RFC 9293 3.8.6.2.1): all of it, or full segments, or half the largest window
     * the viewer ever offered, or, after waiting, anything.
     *
     * @param usable bytes the viewer's window admits
     * @param room bytes the congestion window admits
     */
    int grant(int available, long usable, long room) {
        final int n = (int) Math.max(0, Math.min(available, Math.min(usable, room)));
        if (n == available) {
            return n;
        }
        final boolean windowIsTheLimit = usable <= room;
        if (n >= segment.bytes()) {
            return windowIsTheLimit && filling ? n : segment.whole(n);
        }
        return windowIsTheLimit && (override || 2 * usable >= maxWindowBytes) ? n : 0;
    }
}
