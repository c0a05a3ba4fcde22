// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A host of a raw port: it has a MAC address and IP addresses that no kernel knows, answers ARP and neighbour
 * solicitations for them, and gives each TCP segment to the peer it is for. Nothing else is ever answered.
 */
public final class RawHost {

    private static final int ARP_REQUEST = 1;
    private static final int ARP_REPLY = 2;
    private static final int ICMPV6 = 58;
    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;
    private static final int SOLICITED_OVERRIDE = 0x60000000;
    private static final int LAST_HOP = 255;
    /** Below the range that kernels choose from. */
    private static final int FIRST_PORT = 10_000;

    private final RawPort port;
    private final byte[] serverMac;
    private final byte[] ipv4;
    private final byte[] ipv6;
    private final AtomicInteger nextPort = new AtomicInteger(FIRST_PORT + ThreadLocalRandom.current().nextInt(10_000));
    private final Map<String, TcpPeer> peers = new ConcurrentHashMap<>();
    private volatile byte[] mac;

    /**
     * @param mac       of this host, {@code 02:...}; null with {@code serverMac} on a device without link header
     * @param serverMac where its frames go
     * @param ipv4      an address of the server's network that nobody has, or null
     * @param ipv6      likewise
     */
    public RawHost(RawPort port, String mac, String serverMac, String ipv4, String ipv6) {
        this.port = port;
        this.mac = mac == null ? null : macBytes(mac);
        this.serverMac = serverMac == null ? null : macBytes(serverMac);
        this.ipv4 = ipv4 == null ? new byte[0] : address(ipv4);
        this.ipv6 = ipv6 == null ? new byte[0] : address(ipv6);
        port.listen(this::received);
    }

    /** A peer of its own port, which has sent nothing yet. */
    public TcpPeer peer(InetSocketAddress server, SynOptions options) {
        return peer(server, options, nextPort.getAndIncrement());
    }

    /** A peer on a port of choice; it takes the place of an earlier one. */
    public TcpPeer peer(InetSocketAddress server, SynOptions options, int localPort) {
        byte[] remote = server.getAddress().getAddress();
        TcpPeer peer = new TcpPeer(this, remote.length == 4 ? ipv4 : ipv6, localPort, remote, server.getPort(), options);
        peers.put(key(remote, server.getPort(), localPort), peer);
        return peer;
    }

    void forget(TcpPeer peer, byte[] remote, int remotePort, int localPort) {
        peers.remove(key(remote, remotePort, localPort), peer);
    }

    /** It moves to another MAC address, and tells nobody but those who ask. */
    public void moveTo(String newMac) {
        mac = macBytes(newMac);
    }

    /**
     * Sends an IP packet to the server.
     *
     * @param type EtherType
     */
    void send(int type, byte[] packet, int... tags) {
        port.send(frame(type, packet, tags));
    }

    /** The same, without waiting until it has left. */
    void sendSoon(int type, byte[] packet, int... tags) {
        port.answer(frame(type, packet, tags));
    }

    private byte[] frame(int type, byte[] packet, int... tags) {
        return port.hasLinkHeader() ? Packets.ethernet(serverMac, mac, tags, type, packet) : packet;
    }

    private static String key(byte[] remote, int remotePort, int localPort) {
        return HexFormat.of().formatHex(remote) + ":" + remotePort + ">" + localPort;
    }

    private void received(RawFrame frame) {
        Segment segment = Segment.of(frame, port.hasLinkHeader());
        if (segment != null) {
            TcpPeer peer = peers.get(frame.sent() ? key(segment.destination(), segment.destinationPort(), segment.sourcePort())
                    : key(segment.source(), segment.sourcePort(), segment.destinationPort()));
            if (peer != null) {
                peer.passed(segment);
            }
        } else if (!frame.sent() && port.hasLinkHeader() && frame.bytes().length >= 14) {
            answerNeighbour(frame.bytes());
        }
    }

    private void answerNeighbour(byte[] frame) {
        ByteBuffer b = ByteBuffer.wrap(frame);
        int at = 12;
        while (Segment.isTag(b.getShort(at) & 0xffff)) {
            at += 4;
        }
        int[] tags = new int[(at - 12) / 4];
        for (int i = 0; i < tags.length; i++) {
            tags[i] = (b.getShort(12 + 4 * i) & 0xffff) << 16 | b.getShort(14 + 4 * i) & 0xffff;
        }
        int type = b.getShort(at) & 0xffff;
        at += 2;
        if (type == Packets.ARP && b.getShort(at + 6) == ARP_REQUEST && same(frame, at + 24, ipv4)) {
            byte[] asker = Arrays.copyOfRange(frame, at + 8, at + 18);
            ByteBuffer reply = ByteBuffer.allocate(28).putLong(0x0001080006040000L | ARP_REPLY).put(mac).put(ipv4).put(asker);
            port.answer(Packets.ethernet(Arrays.copyOf(asker, 6), mac, tags, Packets.ARP, reply.array()));
        } else if (type == Packets.IPV6 && b.get(at + 6) == ICMPV6 && (b.get(at + 40) & 0xff) == SOLICITATION
                && same(frame, at + 48, ipv6)) {
            byte[] asker = Arrays.copyOfRange(frame, at + 8, at + 24);
            byte[] option = Packets.join(ipv6, new byte[] {2, 1}, mac);
            byte[] icmp = Packets.icmp(ipv6, asker, ADVERTISEMENT, 0, SOLICITED_OVERRIDE, option);
            port.answer(Packets.ethernet(Arrays.copyOfRange(frame, 6, 12), mac, tags, Packets.IPV6,
                    Packets.ipv6(ipv6, asker, ICMPV6, 0, LAST_HOP, icmp)));
        }
    }

    private static boolean same(byte[] frame, int at, byte[] address) {
        return address.length > 0 && frame.length >= at + address.length
                && Arrays.equals(frame, at, at + address.length, address, 0, address.length);
    }

    private static byte[] macBytes(String text) {
        return HexFormat.ofDelimiter(":").parseHex(text);
    }

    private static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
