// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/**
 * Where posts enter the kernel: the transmit ring of the loopback device, and the header builder on its egress. The
 * builder sends each viewer's frame straight to the device that the viewer is on; nothing of a post is ever seen on
 * loopback. A builder on each viewer's device would be run again for each frame it has made, which costs a tenth of the
 * throughput, and for all other packets that leave there.
 */
final class PostDevice implements AutoCloseable {

    private static final String NAME = "lo";

    private final TrafficFilter builder;
    private final DmaRing ring;

    private PostDevice(TrafficFilter builder, DmaRing ring) {
        this.builder = builder;
        this.ring = ring;
    }

    static PostDevice open(int handle, int builder, int frames, int mark) throws KernelException {
        int ifindex = Libc.if_nametoindex(NAME);
        if (!isUp()) {
            throw new KernelException("the loopback device is down, by which frames enter the kernel; "
                    + "try: ip link set lo up");
        }
        DmaRing ring = DmaRing.open(NAME, ifindex, frames, mark);
        try {
            return new PostDevice(TrafficFilter.attach(NAME, ifindex, TrafficFilter.EGRESS, handle, builder), ring);
        } catch (KernelException | RuntimeException e) {
            ring.close();
            throw e;
        }
    }

    static boolean isUp() {
        return InterfaceRequest.isUp(NAME);
    }

    /** As in a network namespace that is new. */
    static void setUp() throws KernelException {
        InterfaceRequest.setUp(NAME);
    }

    DmaRing ring() {
        return ring;
    }

    /** Gives up the ring; the builder stays attached. */
    void leave() {
        ring.close();
    }

    @Override
    public void close() {
        ring.close();
        builder.close();
    }
}
