// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * A connection in the {@link FlowTable}. A link-local address has no scope here: the interface is
 * {@link SessionTable#ifindex(int)}.
 *
 * @param session number of its record
 */
public record Flow(InetSocketAddress local, InetSocketAddress viewer, int session) {

    /** The same, where a link-local address (RFC 4007 section 6) has the interface that it is one of. */
    public Flow onDevice(int ifindex) {
        return new Flow(scoped(local, ifindex), scoped(viewer, ifindex), session);
    }

    private static InetSocketAddress scoped(InetSocketAddress end, int ifindex) {
        if (!(end.getAddress() instanceof Inet6Address address) || !address.isLinkLocalAddress()) {
            return end;
        }
        try {
            return new InetSocketAddress(Inet6Address.getByAddress(null, address.getAddress(), ifindex), end.getPort());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes are an address", e);
        }
    }
}
