// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/** A network device with our two programs attached, and its ring. */
public final class Device {

    private final String name;
    private final int ifindex;
    private final TrafficFilters filters;
    private final DmaRing ring;

    Device(String name, int ifindex, TrafficFilters filters, DmaRing ring) {
        this.name = name;
        this.ifindex = ifindex;
        this.filters = filters;
        this.ring = ring;
    }

    public String name() {
        return name;
    }

    public int ifindex() {
        return ifindex;
    }

    /** Bytes of an IP packet, asked now. 0 when the device is gone. */
    public int mtu() {
        return InterfaceRequest.mtu(name);
    }

    public DmaRing ring() {
        return ring;
    }

    /** Whether the device exists under the same name and number. It may have been deleted and made anew. */
    public boolean stillThere() {
        return Libc.if_nametoindex(name) == ifindex;
    }

    void close() {
        ring.close();
        filters.close();
    }
}
