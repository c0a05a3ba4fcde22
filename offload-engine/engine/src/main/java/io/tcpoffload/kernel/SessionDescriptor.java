// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/**
 * Layout of {@code struct session_record} of {@code record.h}: 512 bytes, host byte order but for the header bytes.
 * <pre>
 *    0  header template: link header ends at 24, IP header at 24, TCP header after it
 *   96  l2_len l3_len tcp_len ip_version | ifindex | mss, window | ts_offset      hook while LEARN, then engine
 *  112  ip_sum | pseudo_sum | vlan_tci, vlan_proto | receive_window
 *  128  una | rcv_nxt | ts_recent | ts_echo                                       hook; engine while TAKING
 *  144  arrival_ns         | wl1 | window, sack_count, receive_flags
 *  160  acks | dup_acks    | path
 *  176  ts_recent_ns       | ece_acks | version
 *  192  sack[8]
 *  224  limited_ns         | template_ns
 *  240  path_ns            | icmp_ns
 *  256  state | nxt | max_window | snd_wscale, rcv_wscale, ecn                    engine
 *  272  spare[14]
 *  384  engine[16]
 * </pre>
 */
final class SessionDescriptor {

    static final int BYTES = 512;

    static final int HEADER = 0;
    static final int HEADER_BYTES = 96;
    static final int NETWORK_OFFSET = 24;
    static final int L2_LEN = 96;
    static final int L3_LEN = 97;
    static final int TCP_LEN = 98;
    static final int IP_VERSION = 99;
    static final int IFINDEX = 100;
    static final int MSS = 104;
    static final int ADVERTISED_WINDOW = 106;
    static final int TS_OFFSET = 108;
    static final int IP_SUM = 112;
    static final int PSEUDO_SUM = 116;
    static final int VLAN_TCI = 120;
    static final int VLAN_PROTO = 122;
    static final int RECEIVE_WINDOW = 124;

    static final int UNA = 128;
    static final int RCV_NXT = 132;
    static final int TS_RECENT = 136;
    static final int TS_ECHO = 140;
    static final int ARRIVAL_NS = 144;
    static final int WL1 = 152;
    static final int WINDOW = 156;
    static final int SACK_COUNT = 158;
    static final int RECEIVE_FLAGS = 159;
    static final int ACKS = 160;
    static final int DUP_ACKS = 164;
    static final int TEMPLATE_NS = 232;
    static final int TS_RECENT_NS = 176;
    static final int ECE_ACKS = 184;
    static final int VERSION = 188;
    static final int SACK = 192;
    static final int LIMITED_NS = 224;
    static final int PATH = 168;
    static final int PATH_NS = 240;
    static final int ICMP_NS = 248;

    static final int STATE = 256;
    static final int NXT = 260;
    static final int MAX_WINDOW = 264;
    static final int SND_WSCALE = 268;
    static final int RCV_WSCALE = 269;
    static final int ECN = 270;
    static final int ENGINE = 384;

    static final int ENGINE_LONGS = 16;
    static final int MAX_SACK_BLOCKS = 4;
    static final int RECEIVED_FIN = 1;
    static final int RECEIVED_TS = 2;
    static final int RECEIVED_CE = 4;
    static final int RECEIVED_RST = 8;

    private SessionDescriptor() {
    }
}
