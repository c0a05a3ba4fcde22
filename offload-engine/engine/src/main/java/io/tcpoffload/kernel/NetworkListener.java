// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/** What {@link NetworkMonitor} tells; called on the thread that waits there. */
public interface NetworkListener {

    /**
     * A device came, changed or went.
     *
     * @param mtu bytes of an IP packet; 0 when the kernel does not say
     */
    void onLink(int ifindex, boolean there, boolean up, int mtu);

    /** A device got or lost an address. */
    void onAddress(int ifindex);

    /** The link-layer address of a neighbour is another than was last told, has become known, or was asked for in vain. */
    void onNeighbour(int ifindex);

    /** A route came or went. */
    void onRoute();

    /** The kernel had to drop notifications: anything may have changed. */
    void onOverrun();
}
