// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Native;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The transmit ring (PACKET_TX_RING): frames in memory shared with the kernel. Claim a slot, fill the payload,
 * commit, flush. Single-threaded.
 *
 * <p>A slot may be filled again as soon as {@link #claim} gives it: when the header builder makes its first copy the
 * kernel moves the payload to pages of its own (skb_orphan_frags in skb_clone, since 4.20), once for the whole post,
 * and those are shared by all targets for as long as one of them needs them.
 *
 * <p>These pages are single ones, and each target takes and drops a reference to each of them. So a post of more than a
 * page goes by {@code send} of the slot on a second socket: that copies once, too, but into blocks of up to eight pages
 * (packet_alloc_skb, since 6.6). With 64 KB and hundreds of targets this saves a sixth of the time. Not for posts below
 * a page: {@code send} would put them beside the headers, where each target's copy is a copy of the bytes.
 */
public final class DmaRing {

    /**
     * Targets of one post. veth and lo deliver through a backlog of net.core.netdev_max_backlog (1000) packets: 1500
     * clones lost packets, 256 lose none even when several posts follow one another.
     */
    public static final int MAX_TARGETS = 256;

    /** Bytes of payload a post can carry: the IP length caps header and payload at 65,535. */
    public static final int MAX_PAYLOAD = 65_400;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private static final int ETHERNET_BYTES = 14;
    private static final int TAG_BYTES = 4;
    private static final short ETH_P_IP = 0x0800;
    private static final short ETH_P_IPV6 = (short) 0x86DD;
    private static final short ETH_P_8021Q = (short) 0x8100;
    private static final byte TCP = 6;

    private final PacketSocket socket;
    private final PacketSocket blocks;
    private final ByteBuffer ring;
    private final long address;
    private final ByteBuffer[] payloads;
    private final int frames;
    private int next;
    private int pending;
    private int header;
    private int blockBytes;

    private DmaRing(PacketSocket socket, PacketSocket blocks) {
        this.socket = socket;
        this.blocks = blocks;
        this.ring = socket.ring().buffer().order(ByteOrder.nativeOrder());
        this.address = socket.ring().address();
        this.frames = ring.capacity() / RingDescriptor.FRAME_BYTES;
        this.payloads = new ByteBuffer[frames];
        for (int slot = 0; slot < frames; slot++) {
            payloads[slot] = ring.slice(frame(slot) + RingDescriptor.PAYLOAD, MAX_PAYLOAD);
        }
    }

    static DmaRing open(String device, int ifindex, int frames, int mark) throws KernelException {
        PacketSocket socket = PacketSocket.withRing(device, ifindex, mark, frames);
        try {
            return new DmaRing(socket, PacketSocket.plain(device, ifindex, mark));
        } catch (KernelException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Whether the next slot is free; if so it is the current one until {@link #commit}.
     *
     * @param headerLength link, network and TCP header of the targets, in bytes: 54 to 96
     */
    public boolean claim(int headerLength) {
        header = headerLength;
        return pending < frames && status(next) == RingDescriptor.STATUS_AVAILABLE;
    }

    /**
     * The claimed slot's payload, position 0 and limit {@link #MAX_PAYLOAD}; page aligned, big endian. Each slot always
     * gives the same object.
     */
    public ByteBuffer payload() {
        return payloads[next].clear();
    }

    /**
     * Makes the claimed slot ready to be sent by the next {@link #flush}, which comes before the next {@link #claim} when it
     * is more than a page.
     *
     * @param payloadLength bytes of payload, 0 to {@link #MAX_PAYLOAD}; 0 for a bare ACK, FIN, RST or window probe
     * @param gsoSize       payload bytes of a segment when the device is to cut the post, 0 when it is one segment
     * @param l3Offset      bytes of link header: 14, 18 or 22
     * @param firstJob      first target in the {@link JobList}
     * @param jobs          number of targets, 1 to {@link #MAX_TARGETS}
     */
    public void commit(int payloadLength, int gsoSize, int l3Offset, boolean ipv6, int firstJob, int jobs) {
        int data = frame(next) + RingDescriptor.PAYLOAD - header;
        int l4Offset = l3Offset + (ipv6 ? 40 : 20);
        writeVirtio(data - RingDescriptor.VNET_BYTES, payloadLength > gsoSize ? gsoSize : 0, l4Offset, ipv6);
        writePost(data, firstJob, jobs, l3Offset, ipv6);
        writeHeaders(data, l3Offset, l4Offset, payloadLength, ipv6);
        int frameLength = RingDescriptor.VNET_BYTES + header + payloadLength;
        if (payloadLength > RingDescriptor.PAGE_BYTES) {
            blockBytes = frameLength;
        } else {
            request(frameLength);
        }
    }

    private void request(int frameLength) {
        int base = frame(next);
        ring.putInt(base + RingDescriptor.TP_LEN, frameLength);
        ring.putShort(base + RingDescriptor.TP_MAC,
                (short) (RingDescriptor.PAYLOAD - header - RingDescriptor.VNET_BYTES));
        INT.setRelease(ring, base + RingDescriptor.TP_STATUS, RingDescriptor.STATUS_SEND_REQUEST);
        next = (next + 1) % frames;
        pending++;
    }

    private void writeVirtio(int at, int gsoSize, int l4Offset, boolean ipv6) {
        byte gso = ipv6 ? RingDescriptor.GSO_TCPV6 : RingDescriptor.GSO_TCPV4;
        ring.put(at + RingDescriptor.VNET_FLAGS, RingDescriptor.NEEDS_CSUM);
        ring.put(at + RingDescriptor.VNET_GSO_TYPE, gsoSize == 0 ? RingDescriptor.GSO_NONE : gso);
        ring.putShort(at + RingDescriptor.VNET_HDR_LEN, (short) header);
        ring.putShort(at + RingDescriptor.VNET_GSO_SIZE, (short) gsoSize);
        ring.putShort(at + RingDescriptor.VNET_CSUM_START, (short) l4Offset);
        ring.putShort(at + RingDescriptor.VNET_CSUM_OFFSET, RingDescriptor.TCP_CHECKSUM_OFFSET);
    }

    private void writePost(int at, int firstJob, int jobs, int l3Offset, boolean ipv6) {
        ring.putInt(at + RingDescriptor.POST_FIRST, firstJob);
        ring.putShort(at + RingDescriptor.POST_COUNT, (short) jobs);
        ring.put(at + RingDescriptor.POST_HEADER_LEN, (byte) header);
        ring.put(at + RingDescriptor.POST_L2_LEN, (byte) l3Offset);
        ring.putShort(at + RingDescriptor.POST_MAGIC, RingDescriptor.MAGIC);
        ring.put(at + RingDescriptor.POST_IP_VERSION, (byte) (ipv6 ? 6 : 4));
    }

    /** As much as the kernel's packet socket looks at; the header builder writes over all of it. */
    private void writeHeaders(int data, int l3Offset, int l4Offset, int payloadLength, boolean ipv6) {
        for (int at = ETHERNET_BYTES - 2; at < l3Offset - 2; at += TAG_BYTES) {
            networkShort(data + at, ETH_P_8021Q);
            networkShort(data + at + 2, (short) 0);
        }
        networkShort(data + l3Offset - 2, ipv6 ? ETH_P_IPV6 : ETH_P_IP);
        int ip = data + l3Offset;
        int length = header - l3Offset + payloadLength;
        if (ipv6) {
            ring.put(ip, (byte) 0x60);
            networkShort(ip + 4, (short) (length - 40));
            ring.put(ip + 6, TCP);
        } else {
            ring.put(ip, (byte) 0x45);
            networkShort(ip + 2, (short) length);
            ring.put(ip + 9, TCP);
        }
        ring.put(data + l4Offset + 12, (byte) (header - l4Offset << 2));
    }

    private void networkShort(int at, short value) {
        ring.put(at, (byte) (value >> 8));
        ring.put(at + 1, (byte) value);
    }

    /**
     * Sends what was committed. The header builder has run for every target when this returns. After a failure nothing
     * stays in the ring: the jobs that were not reached are {@link JobList#PENDING}.
     *
     * @return 0, or an errno: ENETDOWN (100) when the loopback device is down
     */
    public int flush() {
        int errno = 0;
        if (pending > 0) {
            errno = send(socket, 0, 0);
            if (errno != 0) {
                takeBack();
            }
            pending = 0;
        }
        if (blockBytes > 0) {
            long data = address + frame(next) + RingDescriptor.PAYLOAD - header - RingDescriptor.VNET_BYTES;
            errno = send(blocks, data, blockBytes);
            blockBytes = 0;
        }
        return errno;
    }

    private static int send(PacketSocket by, long data, int length) {
        return Libc.send(by.fd(), data, length, 0) < 0 ? Native.getLastError() : 0;
    }

    /** The kernel goes on where it stopped: so do we, with the first frame it has not taken. */
    private void takeBack() {
        int first = Math.floorMod(next - pending, frames);
        boolean found = false;
        for (int i = 0; i < pending; i++) {
            int slot = (first + i) % frames;
            int status = status(slot);
            if (status == RingDescriptor.STATUS_SEND_REQUEST || status == RingDescriptor.STATUS_WRONG_FORMAT) {
                INT.setRelease(ring, frame(slot) + RingDescriptor.TP_STATUS, RingDescriptor.STATUS_AVAILABLE);
                if (!found) {
                    next = slot;
                    found = true;
                }
            }
        }
    }

    private int status(int slot) {
        return (int) INT.getAcquire(ring, frame(slot) + RingDescriptor.TP_STATUS);
    }

    private static int frame(int slot) {
        return slot * RingDescriptor.FRAME_BYTES;
    }

    void close() {
        blocks.close();
        socket.close();
    }
}
