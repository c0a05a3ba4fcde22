// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.Viewer;
import java.net.InetSocketAddress;

/** Knows who a viewer of a former engine is: it was admitted then, and counts and is watched like any other. */
@FunctionalInterface
public interface ReturningViewers {

    /** @param id as it had */
    Viewer viewer(long id, MediaChannel channel, InetSocketAddress remote, InetSocketAddress local);
}
