// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.AccessRule;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** How many viewers there are for which an {@link AccessRule}'s numbers count, in all and from each address. Thread-safe. */
public final class ViewerCounts {

    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int all;

    /** Counts one more, if the rule has room for it; {@link #leave} takes it away again. */
    public synchronized boolean enter(InetAddress address, AccessRule rule) {
        int there = byAddress.getOrDefault(address, 0);
        if (rule.maxSubscribers() > 0 && all >= rule.maxSubscribers()
                || rule.maxSubscribersPerIp() > 0 && there >= rule.maxSubscribersPerIp()) {
            return false;
        }
        all++;
        byAddress.put(address, there + 1);
        return true;
    }

    public synchronized void leave(InetAddress address) {
        all--;
        byAddress.computeIfPresent(address, (a, count) -> count == 1 ? null : count - 1);
    }
}
