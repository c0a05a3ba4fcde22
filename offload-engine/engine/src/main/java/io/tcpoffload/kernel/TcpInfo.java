// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;

/**
 * What we use of {@code struct tcp_info}.
 *
 * @param state        TCP state of the kernel
 * @param options      TCPI_OPT_*
 * @param sndWscale    shift of the peer's window field
 * @param rcvWscale    shift of ours
 * @param mss          payload bytes of a segment
 * @param rttMicros    smoothed round-trip time
 * @param rttvarMicros its mean deviation
 * @param ssthresh     in segments
 * @param cwnd         in segments
 */
record TcpInfo(int state, int options, int sndWscale, int rcvWscale, int mss, int rttMicros, int rttvarMicros, int ssthresh,
        int cwnd) {

    private static final int TCP_INFO = 11;
    /** Up to tcpi_total_retrans: all kernels have so much. */
    static final int BYTES = 104;
    private static final int TIMESTAMPS = 1;
    private static final int SACK = 2;
    private static final int ECN = 8;
    private static final int USEC_TS = 64;

    static TcpInfo of(SocketOptions socket) throws KernelException {
        Memory info = socket.get(Libc.SOL_TCP, TCP_INFO, BYTES, "TCP_INFO");
        int scales = info.getByte(6);
        return new TcpInfo(info.getByte(0), info.getByte(5), scales & 15, scales >> 4 & 15, info.getInt(16),
                info.getInt(68), info.getInt(72), info.getInt(76), info.getInt(80));
    }

    boolean timestamps() {
        return (options & TIMESTAMPS) != 0;
    }

    boolean sack() {
        return (options & SACK) != 0;
    }

    boolean ecn() {
        return (options & ECN) != 0;
    }

    /** Whether the unit of timestamps is the microsecond. */
    boolean microseconds() {
        return (options & USEC_TS) != 0;
    }
}
