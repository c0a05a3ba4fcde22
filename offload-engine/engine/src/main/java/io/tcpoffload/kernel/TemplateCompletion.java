// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.nio.ByteBuffer;

/** What the engine adds to a template at take-over: everything that one ACK cannot tell. */
final class TemplateCompletion {

    /** Data offset 8 and 5 words, in the upper half of the byte. */
    private static final byte DOFF_TIMESTAMPS = (byte) 0x80;
    private static final byte DOFF_PLAIN = 0x50;
    /** NOP NOP, kind 8, length 10: the shape of RFC 7323 appendix A, as Linux sends it. */
    private static final byte[] TIMESTAMP_OPTION = {1, 1, 8, 10};
    private static final int MAX_RAW_WINDOW = 0xFFFF;

    private TemplateCompletion() {
    }

    /** Length of the TCP header and the fixed part of its only option. */
    static void options(ByteBuffer records, int base, boolean timestamps) {
        int option = base + SessionDescriptor.NETWORK_OFFSET + records.get(base + SessionDescriptor.L3_LEN) + 20;
        records.put(base + SessionDescriptor.TCP_LEN, (byte) (timestamps ? 32 : 20));
        records.put(option - 8, timestamps ? DOFF_TIMESTAMPS : DOFF_PLAIN);
        for (int i = 0; i < TIMESTAMP_OPTION.length; i++) {
            records.put(option + i, timestamps ? TIMESTAMP_OPTION[i] : 0);
        }
    }

    static void complete(ByteBuffer records, int base, TcpState tcp) {
        options(records, base, tcp.timestamps());
        records.putShort(base + SessionDescriptor.MSS, (short) tcp.mss());
        records.putInt(base + SessionDescriptor.TS_OFFSET, tcp.tsOffset());
        int raw = Math.min(tcp.rcvWnd() >>> tcp.rcvWscale(), MAX_RAW_WINDOW);
        records.putShort(base + SessionDescriptor.ADVERTISED_WINDOW, (short) raw);
        records.putInt(base + SessionDescriptor.RECEIVE_WINDOW, tcp.rcvWnd());

        records.putInt(base + SessionDescriptor.UNA, tcp.sndNxt());
        records.putInt(base + SessionDescriptor.RCV_NXT, tcp.rcvNxt());
        records.putInt(base + SessionDescriptor.WL1, tcp.sndWl1());
        records.putShort(base + SessionDescriptor.WINDOW,
                (short) Math.min(tcp.sndWnd() >>> tcp.sndWscale(), MAX_RAW_WINDOW));
        if (tcp.state() == TcpState.CLOSE_WAIT) {
            records.put(base + SessionDescriptor.RECEIVE_FLAGS, (byte) SessionDescriptor.RECEIVED_FIN);
        }

        records.putInt(base + SessionDescriptor.NXT, tcp.sndNxt());
        records.putInt(base + SessionDescriptor.MAX_WINDOW, Math.max(tcp.maxWindow(), tcp.sndWnd()));
        records.put(base + SessionDescriptor.SND_WSCALE, (byte) tcp.sndWscale());
        records.put(base + SessionDescriptor.RCV_WSCALE, (byte) tcp.rcvWscale());
        records.put(base + SessionDescriptor.ECN, (byte) (tcp.ecn() ? 1 : 0));
    }
}
