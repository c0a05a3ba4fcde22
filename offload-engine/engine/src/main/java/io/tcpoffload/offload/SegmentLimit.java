// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.core.SenderConfig;

/**
 * How large segments of a session may be: what its peer accepts, what the device takes, and what a link further on was said
 * to take (RFC 1191, RFC 8201). What was said is forgotten after a while, because paths change.
 */
final class SegmentLimit {

    /** Linux {@code net.ipv4.route.mtu_expires}, and what RFC 1191 section 6.3 recommends. */
    static final long EXPIRES_NS = 600_000_000_000L;

    private static final int UNKNOWN = Integer.MAX_VALUE;

    private final int headerBytes;
    private final int peerMss;
    private int deviceMtu = UNKNOWN;
    private int learnedMtu;
    private long expiresNs;

    /**
     * @param headerBytes IP and TCP header
     * @param peerMss     what the peer accepts, less options
     * @param mss         what is sent now, known to the kernel since some time ago
     */
    SegmentLimit(int headerBytes, int peerMss, int mss, long nowNs) {
        this.headerBytes = headerBytes;
        this.peerMss = Math.max(peerMss, mss);
        learnedMtu = mss + headerBytes;
        expiresNs = mss < peerMss ? nowNs + EXPIRES_NS : Long.MAX_VALUE;
    }

    /** Payload bytes of a segment. */
    int mss() {
        int mtu = Math.min(deviceMtu, learnedMtu);
        return Math.max(SenderConfig.MIN_MSS, Math.min(peerMss, mtu == UNKNOWN ? peerMss : mtu - headerBytes));
    }

    /** A router says that it lets through packets of so many bytes and no larger. */
    void onPathMtu(int mtu, long nowNs) {
        learnedMtu = mtu;
        expiresNs = nowNs + EXPIRES_NS;
    }

    /** The device and the route take packets of so many bytes. */
    void onDeviceMtu(int mtu) {
        deviceMtu = mtu;
    }

    /** Whether what a router said is so old that larger segments are to be tried, if the device takes them; true once. */
    boolean expire(long nowNs) {
        if (nowNs < expiresNs) {
            return false;
        }
        expiresNs = Long.MAX_VALUE;
        learnedMtu = UNKNOWN;
        return true;
    }
}
