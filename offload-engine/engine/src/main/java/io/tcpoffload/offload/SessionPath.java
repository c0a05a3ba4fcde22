// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.core.Sender;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.SessionTable;
import io.tcpoffload.kernel.TcpState;

/**
 * The way a session's frames take: the device, the headers before the data, how much data a segment has, and what was heard
 * of the way. Belongs to the session loop's thread.
 */
final class SessionPath {

    /** RFC 7323 appendix A. */
    private static final int TIMESTAMP_BYTES = 12;

    /**
     * A queue that is full empties in less; and while a link is down, asking so often costs next to nothing, whereas
     * asking in each turn would be all that the loop does.
     */
    private static final long REFUSED_REST_NS = 2_000_000;

    private final SessionTable table;
    private final int slot;
    private final Sender sender;
    private final SegmentLimit limit;
    private Device device;
    private int headerLength;
    private int networkOffset;
    private int mss;
    private int largestPiece;
    private boolean asked;
    private long againNs = Long.MIN_VALUE;
    private long refusedUntilNs = Long.MIN_VALUE;

    /** @param taken what the socket knew */
    SessionPath(SessionTable table, int slot, Device device, Sender sender, TcpState taken) {
        this.table = table;
        this.slot = slot;
        this.device = device;
        this.sender = sender;
        headerLength = table.headerLength(slot);
        networkOffset = table.linkLength(slot);
        mss = table.mss(slot);
        largestPiece = PieceClass.largest(mss);
        limit = new SegmentLimit(headerLength - networkOffset,
                taken.mssClamp() - (taken.timestamps() ? TIMESTAMP_BYTES : 0), mss, System.nanoTime());
    }

    Device device() {
        return device;
    }

    /** Link, network and TCP header together. */
    int headerLength() {
        return headerLength;
    }

    /** Where the network header starts in a frame. */
    int networkOffset() {
        return networkOffset;
    }

    /** Payload bytes of a segment. */
    int mss() {
        return mss;
    }

    /** What a post can carry: {@link PieceClass#largest} of the segment size. */
    int largestPiece() {
        return largestPiece;
    }

    /** A router lets through packets of so many bytes and no larger; it was checked that it saw one of ours. */
    void onPathMtu(int mtu, long nowNs) {
        limit.onPathMtu(mtu, nowNs);
        resize(nowNs);
    }

    /** Frames leave by this device from now on: the record says so, and its header may be longer or shorter. */
    void onRedirected(Device newDevice) {
        device = newDevice;
        headerLength = table.headerLength(slot);
        networkOffset = table.linkLength(slot);
    }

    /** What device and route take now, in bytes of an IP packet. */
    void onDeviceMtu(int mtu, long nowNs) {
        limit.onDeviceMtu(mtu);
        resize(nowNs);
    }

    private void resize(long nowNs) {
        int now = limit.mss();
        if (now != mss) {
            mss = now;
            largestPiece = PieceClass.largest(now);
            table.mss(slot, now);
            sender.onPathMtu(now, nowNs);
        }
    }

    /** Whether the device is to be asked anew, because what a router said of the path may hold no longer; true once. */
    boolean isMtuOld(long nowNs) {
        return limit.expire(nowNs);
    }

    /** Notes whether this session's path is to be looked up; returns what was noted before. Belongs to {@link Paths}. */
    boolean asked(boolean now) {
        boolean before = asked;
        asked = now;
        return before;
    }

    /** When looking up the path makes sense again. */
    long againNs() {
        return againNs;
    }

    void againAt(long ns) {
        againNs = ns;
    }

    /** Its device refused a frame: down, or a full queue. */
    void refused(long nowNs) {
        refusedUntilNs = nowNs + REFUSED_REST_NS;
    }

    /** Whether its device has refused a frame just now, and is to be left alone a little. */
    boolean isRefused(long nowNs) {
        return nowNs < refusedUntilNs;
    }
}
