// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/**
 * A viewer, for people.
 *
 * @param id              unique while the engine runs
 * @param remote          the viewer's {@code address:port}
 * @param local           our {@code address:port}
 * @param channel         the channel's name
 * @param transport       OFFLOAD, or NIO
 * @param device          interface name, empty with NIO
 * @param state           TCP state (RFC 9293 section 3.3.2)
 * @param startedAt       milliseconds since the epoch
 * @param sentBytes       media bytes sent, without retransmissions
 * @param ackedBytes      media bytes acknowledged; with NIO, bytes the kernel took
 * @param lagBytes        distance from the live edge
 * @param cwndBytes       congestion window, 0 with NIO
 * @param srttMicros      smoothed round-trip time, 0 when unknown
 * @param retransmissions segments sent again, 0 with NIO
 * @param skips           times it went on at the newest segment for being too far behind
 */
public record SessionInfo(long id, String remote, String local, String channel, TransportMode transport,
        String device, String state, long startedAt, long sentBytes, long ackedBytes, long lagBytes, long cwndBytes,
        long srttMicros, long retransmissions, long skips) {
}
