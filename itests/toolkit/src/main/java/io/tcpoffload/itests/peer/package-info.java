// SPDX-License-Identifier: Apache-2.0
/**
 * A TCP peer that crafts every byte and reads every answer with its time: {@link io.tcpoffload.itests.peer.RawPort} is
 * its wire, {@link io.tcpoffload.itests.peer.RawHost} an address that no kernel answers for,
 * {@link io.tcpoffload.itests.peer.TcpPeer} one connection, driven by a script as with packetdrill.
 */
package io.tcpoffload.itests.peer;
