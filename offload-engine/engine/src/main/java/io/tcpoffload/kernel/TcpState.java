// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/**
 * What a connected socket knew when it was taken out of the kernel, and what a new one is given back.
 *
 * @param state      TCP state of the kernel: {@link #ESTABLISHED} or {@link #CLOSE_WAIT}
 * @param sndNxt     next sequence number to send (the send queue was empty, so una is the same)
 * @param rcvNxt     next sequence number expected
 * @param mss        payload bytes of a segment; the timestamp option is already taken off
 * @param mssClamp   largest segment the peer accepts, as negotiated
 * @param sndWscale  shift of the peer's window field, 0 to 14
 * @param rcvWscale  shift of our window field, 0 to 14
 * @param timestamps whether timestamps were negotiated
 * @param sack       whether SACK was negotiated
 * @param ecn        whether ECN was negotiated
 * @param tsOffset   TSval = CLOCK_MONOTONIC in milliseconds + tsOffset; never behind the kernel's own value, and at
 *                   most one millisecond ahead where the kernel hides the lowest bit (since 6.7)
 * @param sndWl1     sequence number of the segment that set the send window
 * @param sndWnd     the peer's window in bytes
 * @param maxWindow  the largest window the peer has offered, in bytes
 * @param rcvWnd     our window in bytes
 * @param rcvWup     rcvNxt when our window was last advertised
 * @param rttMicros  smoothed round-trip time, 0 when there was no sample
 */
public record TcpState(int state, int sndNxt, int rcvNxt, int mss, int mssClamp, int sndWscale, int rcvWscale,
        boolean timestamps, boolean sack, boolean ecn, int tsOffset, int sndWl1, int sndWnd, int maxWindow, int rcvWnd,
        int rcvWup, int rttMicros) {

    /** TCP_ESTABLISHED of the kernel. */
    public static final int ESTABLISHED = 1;
    /** TCP_CLOSE_WAIT of the kernel: the peer has sent its FIN. */
    public static final int CLOSE_WAIT = 8;

    TcpState withReceiveWindow(int bytes) {
        return new TcpState(state, sndNxt, rcvNxt, mss, mssClamp, sndWscale, rcvWscale, timestamps, sack, ecn, tsOffset,
                sndWl1, sndWnd, maxWindow, bytes, rcvWup, rttMicros);
    }

    /** The same as of another sequence number to send. */
    public TcpState withSndNxt(int seq) {
        return new TcpState(state, seq, rcvNxt, mss, mssClamp, sndWscale, rcvWscale, timestamps, sack, ecn, tsOffset,
                sndWl1, sndWnd, maxWindow, rcvWnd, rcvWup, rttMicros);
    }

    TcpState withTsOffset(int offset) {
        return new TcpState(state, sndNxt, rcvNxt, mss, mssClamp, sndWscale, rcvWscale, timestamps, sack, ecn, offset,
                sndWl1, sndWnd, maxWindow, rcvWnd, rcvWup, rttMicros);
    }
}
