// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

import java.util.Map;

/** The RFCs of a sender, by number; a heading for each in the table, in this order. */
final class Rfc {

    private static final Map<Integer, String> TITLES = Map.ofEntries(
            Map.entry(791, "Internet Protocol"),
            Map.entry(1122, "Requirements for Internet hosts"),
            Map.entry(1191, "Path MTU discovery"),
            Map.entry(2018, "SACK options"),
            Map.entry(2883, "SACK extension: duplicate SACK"),
            Map.entry(3042, "Limited transmit"),
            Map.entry(3168, "Explicit congestion notification"),
            Map.entry(3465, "Appropriate byte counting"),
            Map.entry(3522, "Eifel detection"),
            Map.entry(3708, "Spurious retransmissions by DSACK"),
            Map.entry(4015, "Eifel response"),
            Map.entry(4821, "Packetization layer path MTU discovery"),
            Map.entry(5482, "User timeout option"),
            Map.entry(5681, "Congestion control"),
            Map.entry(5682, "Forward RTO recovery"),
            Map.entry(5827, "Early retransmit"),
            Map.entry(5927, "ICMP attacks against TCP"),
            Map.entry(5961, "Robustness to blind in-window attacks"),
            Map.entry(6191, "TIME-WAIT and timestamps"),
            Map.entry(6298, "Retransmission timer"),
            Map.entry(6429, "Sender in persist state"),
            Map.entry(6582, "NewReno"),
            Map.entry(6633, "Source quench deprecated"),
            Map.entry(6675, "SACK-based loss recovery"),
            Map.entry(6691, "TCP options and MSS"),
            Map.entry(6864, "IPv4 identification"),
            Map.entry(6928, "Initial window of ten segments"),
            Map.entry(6937, "Proportional rate reduction"),
            Map.entry(6946, "IPv6 atomic fragments"),
            Map.entry(7323, "Window scale, timestamps, PAWS"),
            Map.entry(7661, "Congestion window validation"),
            Map.entry(8200, "Internet Protocol, version 6"),
            Map.entry(8201, "Path MTU discovery for IPv6"),
            Map.entry(8504, "IPv6 node requirements"),
            Map.entry(8899, "Datagram packetization layer path MTU discovery"),
            Map.entry(8985, "RACK-TLP loss detection"),
            Map.entry(9293, "Transmission Control Protocol"),
            Map.entry(9406, "HyStart++"),
            Map.entry(9438, "CUBIC"),
            Map.entry(9937, "Proportional rate reduction, revised"));

    private Rfc() {
    }

    /** The number in {@code "RFC 8985"}. */
    static int number(String rfc, String place) {
        if (!rfc.matches("RFC [1-9][0-9]{2,4}")) {
            throw new IllegalArgumentException(place + ": rfc = \"" + rfc + "\": must be like \"RFC 8985\"");
        }
        return Integer.parseInt(rfc.substring(4));
    }

    /** Heading of its part of the table. */
    static String heading(int number) {
        final String title = TITLES.get(number);
        return "RFC " + number + (title == null ? "" : ": " + title);
    }
}
