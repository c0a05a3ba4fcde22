// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A row of the table of hostile and odd input.
 *
 * @param input what comes
 * @param required what must become of it
 * @param shownAt where it must be shown; {@link Layer#PACKET} is left out of what no single packet makes
 */
public record HostileInput(String input, String required, Set<Layer> shownAt) {

    /** All rows, in order. */
    public static final List<HostileInput> ROWS = List.of(
            packet("truncated headers, IHL or data offset wrong, lengths that disagree, padding after the IP length",
                    "drop, count; padding is not payload"),
            packet("options of length 0 or 1, past the end, unaligned, unknown, 40 NOPs, odd SACK length",
                    "skip or stop without over-reading; illegal length drops the segment"),
            packet("bad IP or TCP checksum; checksum not finished (local sender)",
                    "drop bad ones; accept unfinished only where the device can have them"),
            packet("blind segment with random seq/ack",
                    "no state change at all: no RTT, window, SACK, timestamp, liveness"),
            packet("ACK for unsent data; ACK division; duplicate-ACK floods; optimistic ACKs",
                    "never frees buffers; byte counting; bounded reaction; rate capped"),
            packet("SACK outside [una, nxt], reversed, overlapping, thousands of one-byte blocks, reneging",
                    "ignore that block; scoreboard bounded; data kept until cumulatively acknowledged"),
            core("tiny MSS, MSS above the device", "clamp, floor"),
            core("zero window for ever, one-byte windows, shrinking window, flapping",
                    "persist with back-off; SWS avoidance; a live channel moves on and its policy decides about the viewer"),
            packet("RST exact, in window, outside; SYN in established; no flags; all flags",
                    "5961: exact kills, in window challenges (limited per session), outside nothing"),
            packet("FIN in order, out of order, repeated, with data, before our data is done; simultaneous close; half-close",
                    "a viewer that half-closes still gets its stream"),
            packet("upload, pipelined second request, flood on an owned session",
                    "acknowledge and keep by policy, hand back, or reset; never a silent stall"),
            packet("old timestamps, TSecr never sent, timestamps missing", "PAWS; no RTT from an invalid echo"),
            packet("fragments, IP options, VLAN (one, two, priority), IPv6 extension headers up to and past a cap",
                    "session looked up, or dropped and counted; never passed to the kernel for an owned port"),
            packet("GRO super-segments, non-linear packets, partly old partly new", "trim, acknowledgement first"),
            packet("ICMP: fragmentation needed (valid, forged, mtu 0, 68, larger), unreachable, time exceeded",
                    "valid only with a sequence number in flight; soft; floors"),
            packet("ACK, SYN and random-tuple floods at the port",
                    "unowned traffic unchanged; other sessions' pacing jitter bounded, measured"),
            packet("event ring overrun during a GC pause", "survivable: the record holds the last state"),
            packet("segments that arrive during take-over and hand-back",
                    "none lost, none doubled; with unacknowledged, SACKed or unread data pending"),
            core("4-tuple reuse, sequence wrap (1 h at 10 Mbit/s), clock steps, route or MAC change, link down and up, ring full",
                    "the stream goes on"),
            wire("local user: control socket, pinned maps, wrong pid or fd in an adoption",
                    "0600, peer credentials, refuse what is not an established TCP socket"));

    private static final int LEAST_PREFIX = 3;

    private static HostileInput packet(String input, String required) {
        return new HostileInput(input, required, EnumSet.of(Layer.PACKET, Layer.WIRE));
    }

    private static HostileInput core(String input, String required) {
        return new HostileInput(input, required, EnumSet.of(Layer.CORE, Layer.WIRE));
    }

    private static HostileInput wire(String input, String required) {
        return new HostileInput(input, required, EnumSet.of(Layer.WIRE));
    }

    /** @throws IllegalArgumentException when {@code beginning} is that of no row, or of more than one */
    public static HostileInput of(String beginning) {
        final List<HostileInput> found = ROWS.stream()
                .filter(row -> row.input.regionMatches(true, 0, beginning, 0, beginning.length())).toList();
        if (found.size() != 1 || beginning.length() < LEAST_PREFIX) {
            throw new IllegalArgumentException("\"" + beginning + "\" begins " + found.size()
                    + " rows of the table, must begin exactly one of: "
                    + String.join(" | ", ROWS.stream().map(HostileInput::input).toList()));
        }
        return found.get(0);
    }
}
