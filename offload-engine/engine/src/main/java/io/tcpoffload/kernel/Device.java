// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/** A network device with viewers: our receive hook is attached to it. */
public final class Device {

    private final String name;
    private final int ifindex;
    private final TrafficFilter hook;

    Device(String name, int ifindex, TrafficFilter hook) {
        this.name = name;
        this.ifindex = ifindex;
        this.hook = hook;
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

    /** Whether the device exists under the same name and number. It may have been deleted and made anew. */
    public boolean stillThere() {
        return Libc.if_nametoindex(name) == ifindex;
    }

    void close() {
        hook.close();
    }
}
