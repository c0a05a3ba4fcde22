// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.nio;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Socket addresses as people read them. */
final class Addresses {

    private Addresses() {
    }

    /** {@code address:port}; empty for a socket that is gone already. */
    static String text(SocketAddress address) {
        return address instanceof InetSocketAddress a ? NetUtil.toSocketAddressString(a) : "";
    }
}
