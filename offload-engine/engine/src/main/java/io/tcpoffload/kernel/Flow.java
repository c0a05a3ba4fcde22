// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.net.InetSocketAddress;

/**
 * A connection in the {@link FlowTable}. A link-local address has no scope here: the interface is
 * {@link SessionTable#ifindex(int)}.
 *
 * @param session number of its record
 */
public record Flow(InetSocketAddress local, InetSocketAddress viewer, int session) {
}
