// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

/**
 * What passed a {@link RawPort}.
 *
 * @param ns         CLOCK_REALTIME
 * @param sent       by this port, not received
 * @param unfinished whether a device still had to finish its checksum
 * @param bytes      from the link header on, or from the IP header where there is none
 */
record RawFrame(long ns, boolean sent, boolean unfinished, byte[] bytes) {
}
