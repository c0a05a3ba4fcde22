// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/**
 * How packets get to an address now: the device, and the link header they need there. A value: two paths that are equal
 * lead the same way.
 *
 * @param status      whether it can be used; the rest is only meaningful when it can
 * @param ifindex     device that packets leave by; 0 when there is none
 * @param mtu         bytes of an IP packet that the route lets through
 * @param linkHeader  false for a device without link layer (TUN)
 * @param source      our MAC address on the device: 48 bits, first byte highest; 0 on loopback
 * @param destination MAC address of the next hop
 */
public record Path(Status status, int ifindex, int mtu, boolean linkHeader, long source, long destination) {

    /** Whether a path can be used, or why not. */
    public enum Status {
        /** Frames sent by it reach the next hop. */
        USABLE,
        /** The kernel has no route to the address, or one that refuses. */
        NO_ROUTE,
        /** The next hop's MAC address is not known. The kernel has been asked to find it: look again soon. */
        NEIGHBOUR_UNKNOWN,
        /** The route's device is down, or neither Ethernet nor loopback nor TUN. */
        DEVICE_UNUSABLE
    }

    static Path none(Status reason, int ifindex) {
        return new Path(reason, ifindex, 0, false, 0, 0);
    }

    public boolean usable() {
        return status == Status.USABLE;
    }
}
