// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * A segment on its way out of a {@link TcpPeer}: what a sound TCP would send, until something is said to differ.
 * Sequence and acknowledgement are relative to the script's origin. A segment that its receiver must not believe is to
 * be marked by {@link #hostile}, so that the checks of what comes back do not believe it either.
 */
public final class Craft {

    private static final byte NOP = 1;
    private static final int TCP = 6;
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int DONT_FRAGMENT = 0x4000;

    private final TcpPeer peer;
    private final List<Integer> sack = new ArrayList<>();
    private final List<byte[]> extensions = new ArrayList<>();
    private final List<Integer> extensionTypes = new ArrayList<>();
    private int sequence;
    private int acknowledgement;
    private int flags = Segment.ACK;
    private int window;
    private int urgent;
    private int tos;
    private byte[] payload = {};
    private boolean timestamps;
    private boolean stamped;
    private int tsValue;
    private int tsEcho;
    private byte[] options = {};
    private byte[] ipOptions = {};
    private int dataOffset = -1;
    private boolean badTcpChecksum;
    private boolean badIpChecksum;
    private boolean unfinished;
    private byte[] trailer = {};
    private int cut;
    private Consumer<ByteBuffer> edit = b -> { };
    private int[] tags;
    private boolean hostile;

    Craft(TcpPeer peer, int sequence, int acknowledgement, int window, boolean timestamps, int tsValue, int tsEcho,
            int[] tags) {
        this.peer = peer;
        this.sequence = sequence;
        this.acknowledgement = acknowledgement;
        this.window = window;
        this.timestamps = timestamps;
        this.tsValue = tsValue;
        this.tsEcho = tsEcho;
        this.tags = tags;
    }

    public Craft seq(long relative) {
        sequence = peer.localOrigin() + (int) relative;
        return this;
    }

    public Craft ack(long relative) {
        acknowledgement = peer.remoteOrigin() + (int) relative;
        return this;
    }

    /** Acknowledges so many bytes more than it would. */
    public Craft ackMore(int bytes) {
        acknowledgement += bytes;
        return this;
    }

    /** So much later in the sequence space than it would be. */
    public Craft seqMore(int bytes) {
        sequence += bytes;
        return this;
    }

    /** Another echo than that of the last timestamp. */
    public Craft tsEcho(int echo) {
        tsEcho = echo;
        return this;
    }

    /** All flags at once, such as {@link Segment#ACK}. */
    public Craft flags(int all) {
        flags = all;
        return this;
    }

    /** One more flag. */
    public Craft with(int flag) {
        flags |= flag;
        return this;
    }

    /** The raw field. */
    public Craft window(int raw) {
        window = raw;
        return this;
    }

    public Craft urgent(int pointer) {
        urgent = pointer;
        return with(Segment.URG);
    }

    public Craft payload(byte[] bytes) {
        payload = bytes;
        return this;
    }

    public Craft payload(int length) {
        return payload(new byte[length]);
    }

    /** Adds a block. */
    public Craft sack(long left, long right) {
        sack.add(peer.remoteOrigin() + (int) left);
        sack.add(peer.remoteOrigin() + (int) right);
        return this;
    }

    /** Timestamps of choice. */
    public Craft ts(int value, int echo) {
        timestamps = true;
        tsValue = value;
        tsEcho = echo;
        return this;
    }

    /** Adds to the time stamp that would be sent. */
    public Craft tsValueLess(int ms) {
        tsValue -= ms;
        return this;
    }

    public Craft noTimestamps() {
        timestamps = false;
        return this;
    }

    /** The timestamps that would be sent, at an offset of so many bytes, and with nothing after them. */
    public Craft unalignedTimestamps(int nops) {
        ByteBuffer b = ByteBuffer.allocate(nops + 10);
        b.position(nops).put((byte) 8).put((byte) 10).putInt(tsValue).putInt(tsEcho);
        options = b.array();
        Arrays.fill(options, 0, nops, NOP);
        timestamps = false;
        stamped = true;
        return this;
    }

    /** Options after the usual ones, filled up to words with zeros. */
    public Craft options(int... bytes) {
        options = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            options[i] = (byte) bytes[i];
        }
        return this;
    }

    /** IPv4 options, a multiple of 4 bytes. */
    public Craft ipOptions(int... bytes) {
        ipOptions = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            ipOptions[i] = (byte) bytes[i];
        }
        return this;
    }

    /**
     * Adds an IPv6 extension header.
     *
     * @param type    such as 60, destination options
     * @param content from its third byte on, 6 bytes or 8 more, and so on
     */
    public Craft extension(int type, byte... content) {
        extensionTypes.add(type);
        extensions.add(content);
        return this;
    }

    /** Type of service, or traffic class. */
    public Craft tos(int octet) {
        tos = octet;
        return this;
    }

    /** In words, whatever the header's length is. */
    public Craft dataOffset(int words) {
        dataOffset = words;
        return this;
    }

    public Craft badTcpChecksum() {
        badTcpChecksum = true;
        return hostile();
    }

    public Craft badIpChecksum() {
        badIpChecksum = true;
        return hostile();
    }

    /** As a local sender leaves it to a device: the sum of the pseudo header only. */
    public Craft unfinishedChecksum() {
        unfinished = true;
        return hostile();
    }

    /** Bytes after the packet's end, as Ethernet pads short frames. */
    public Craft trailer(int bytes) {
        trailer = new byte[bytes];
        Arrays.fill(trailer, (byte) 0x5a);
        return this;
    }

    /** Leaves out so many bytes at the end, without telling the headers. */
    public Craft cut(int bytes) {
        cut = bytes;
        return this;
    }

    /** The last word on the IP packet's bytes; for IPv4 the header's checksum is made right again afterwards. */
    public Craft edit(Consumer<ByteBuffer> change) {
        edit = change;
        return this;
    }

    /** VLAN tags instead of the peer's own, from the outermost on; the upper 16 bits are the protocol, 0 for 802.1Q. */
    public Craft tags(int... vlan) {
        tags = vlan;
        return this;
    }

    /** Its receiver must not believe it. */
    public Craft hostile() {
        hostile = true;
        return this;
    }

    /** Sends it; the peer's sequence number is not moved, see {@link TcpPeer#advance}. */
    public void send() {
        peer.send(this, packet(), tags);
    }

    /** The same, without waiting until it has left; for very many. */
    public void sendSoon() {
        peer.sendSoon(this, packet(), tags);
    }

    /** Sends it in two fragments (IPv4), the first of so many bytes of the TCP segment, a multiple of 8. */
    public void sendFragments(int first, int identification) {
        byte[] segment = segment();
        byte[] head = Arrays.copyOf(segment, first);
        byte[] rest = Arrays.copyOfRange(segment, first, segment.length);
        peer.send(this, Packets.ipv4(peer.local(), peer.remote(), TCP, tos, identification, MORE_FRAGMENTS, ipOptions, head),
                tags);
        peer.send(this, Packets.ipv4(peer.local(), peer.remote(), TCP, tos, identification, first / 8, ipOptions, rest),
                tags);
    }

    boolean isHostile() {
        return hostile;
    }

    int sequence() {
        return sequence;
    }

    int acknowledgement() {
        return acknowledgement;
    }

    int windowField() {
        return window;
    }

    boolean hasTimestamps() {
        return timestamps || stamped;
    }

    int tsValue() {
        return tsValue;
    }

    int flags() {
        return flags;
    }

    private byte[] packet() {
        byte[] segment = segment();
        byte[] packet;
        int header = 20 + ipOptions.length;
        if (peer.local().length == 4) {
            packet = Packets.ipv4(peer.local(), peer.remote(), TCP, tos, 0, DONT_FRAGMENT, ipOptions, segment);
        } else {
            packet = Packets.ipv6(peer.local(), peer.remote(), extensions.isEmpty() ? TCP : extensionTypes.get(0), tos,
                    Packets.join(extensionHeaders(), segment));
        }
        edit.accept(ByteBuffer.wrap(packet));
        if (peer.local().length == 4) {
            Packets.finish(packet, Math.min(header, packet.length));
            if (badIpChecksum) {
                packet[10] ^= 0x55;
            }
        }
        packet = Packets.join(packet, trailer);
        return cut == 0 ? packet : Arrays.copyOf(packet, packet.length - cut);
    }

    private byte[] extensionHeaders() {
        byte[] all = {};
        for (int i = 0; i < extensions.size(); i++) {
            int next = i + 1 < extensions.size() ? extensionTypes.get(i + 1) : TCP;
            byte[] content = extensions.get(i);
            all = Packets.join(all, new byte[] {(byte) next, (byte) ((content.length + 2) / 8 - 1)}, content);
        }
        return all;
    }

    private byte[] segment() {
        byte[] all = allOptions();
        int header = 20 + all.length;
        ByteBuffer b = ByteBuffer.allocate(header + payload.length);
        b.putShort((short) peer.localPort()).putShort((short) peer.remotePort()).putInt(sequence);
        b.putInt((flags & Segment.ACK) != 0 || hostile ? acknowledgement : 0);
        b.put((byte) ((dataOffset < 0 ? header / 4 : dataOffset) << 4)).put((byte) flags).putShort((short) window);
        b.putShort((short) 0).putShort((short) urgent).put(all).put(payload);
        int sum = Checksum.fold(Checksum.pseudo(peer.local(), peer.remote(), TCP, b.capacity()));
        int check = unfinished ? sum : ~Checksum.fold(sum + Checksum.sum(b, 0, b.capacity()));
        b.putShort(16, (short) (badTcpChecksum ? check ^ 0x5555 : check));
        return b.array();
    }

    private byte[] allOptions() {
        ByteBuffer b = ByteBuffer.allocate(256);
        if (timestamps) {
            b.put(NOP).put(NOP).put((byte) 8).put((byte) 10).putInt(tsValue).putInt(tsEcho);
        }
        if (!sack.isEmpty()) {
            b.put(NOP).put(NOP).put((byte) 5).put((byte) (2 + 4 * sack.size()));
            sack.forEach(b::putInt);
        }
        b.put(options);
        b.position((b.position() + 3) / 4 * 4);
        byte[] all = new byte[b.position()];
        b.get(0, all);
        if (20 + all.length > 60) {
            throw new IllegalArgumentException(all.length + " bytes of options");
        }
        return all;
    }
}
