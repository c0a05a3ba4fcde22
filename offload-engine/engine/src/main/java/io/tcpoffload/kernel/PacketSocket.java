// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;

/**
 * An AF_PACKET socket that frames enter the kernel by ({@code net/packet/af_packet.c}), each behind a
 * {@code struct virtio_net_hdr}. It receives nothing.
 */
final class PacketSocket implements AutoCloseable {

    private static final int PACKET_VERSION = 10;
    private static final int PACKET_TX_RING = 13;
    private static final int PACKET_LOSS = 14;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_TX_HAS_OFF = 19;
    private static final int TPACKET_V2 = 1;

    /** 1000 posts of 64 KB: the limit shall never be what stops a post. */
    private static final int SEND_BUFFER_BYTES = 64 << 20;

    /** struct sockaddr_ll: family 0, protocol 2, ifindex 4; protocol 0 receives nothing. */
    private static final int ADDRESS_BYTES = 20;

    private final int fd;
    private final MappedMemory ring;

    /** With a transmit ring: frames are what lies in it. */
    static PacketSocket withRing(String device, int ifindex, int mark, int frames) throws KernelException {
        return new PacketSocket(device, ifindex, mark, frames);
    }

    /** Frames are what is handed to {@code send}. */
    static PacketSocket plain(String device, int ifindex, int mark) throws KernelException {
        return new PacketSocket(device, ifindex, mark, 0);
    }

    private PacketSocket(String device, int ifindex, int mark, int frames) throws KernelException {
        fd = Errno.check(Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0), "socket(AF_PACKET)");
        try {
            set(Libc.SOL_SOCKET, Libc.SO_MARK, mark, "SO_MARK");
            set(Libc.SOL_SOCKET, Libc.SO_SNDBUFFORCE, SEND_BUFFER_BYTES, "SO_SNDBUFFORCE");
            set(Libc.SOL_PACKET, PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
            ring = frames == 0 ? null : makeRing(device, frames);
            bind(device, ifindex);
        } catch (KernelException e) {
            Libc.close(fd);
            throw e;
        }
    }

    private void set(int level, int option, int value, String name) throws KernelException {
        Errno.check(Libc.setInt(fd, level, option, value), "setsockopt(AF_PACKET, " + name + ", " + value + ")");
    }

    private MappedMemory makeRing(String device, int frames) throws KernelException {
        set(Libc.SOL_PACKET, PACKET_VERSION, TPACKET_V2, "PACKET_VERSION");
        set(Libc.SOL_PACKET, PACKET_LOSS, 1, "PACKET_LOSS"); // a malformed frame is skipped, not the end
        set(Libc.SOL_PACKET, PACKET_TX_HAS_OFF, 1, "PACKET_TX_HAS_OFF");
        try (Memory request = new Memory(16)) {
            request.setInt(0, RingDescriptor.FRAME_BYTES);
            request.setInt(4, frames);
            request.setInt(8, RingDescriptor.FRAME_BYTES);
            request.setInt(12, frames);
            Errno.check(Libc.setsockopt(fd, Libc.SOL_PACKET, PACKET_TX_RING, request, 16),
                    "setsockopt(AF_PACKET, PACKET_TX_RING, " + frames + " frames)");
        }
        return new MappedMemory("transmit ring of " + device, fd, 0, (long) frames * RingDescriptor.FRAME_BYTES,
                Libc.PROT_READ | Libc.PROT_WRITE);
    }

    private void bind(String device, int ifindex) throws KernelException {
        try (Memory address = new Memory(ADDRESS_BYTES)) {
            address.clear();
            address.setShort(0, (short) Libc.AF_PACKET);
            address.setInt(4, ifindex);
            Errno.check(Libc.bind(fd, address, ADDRESS_BYTES), "bind(AF_PACKET, " + device + ")");
        }
    }

    int fd() {
        return fd;
    }

    /** Null without one. */
    MappedMemory ring() {
        return ring;
    }

    @Override
    public void close() {
        if (ring != null) {
            ring.close();
        }
        Libc.close(fd);
    }
}
