// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A header template made from addresses and a {@link Path}: what {@code learn.h} makes from an ACK. */
final class TemplateDefinition {

    private static final int ETHERNET_BYTES = 14;
    private static final int MAC_BYTES = 6;
    private static final int IPV4_BYTES = 20;
    private static final int IPV6_BYTES = 40;
    private static final short ETH_P_IP = 0x0800;
    private static final short ETH_P_IPV6 = (short) 0x86DD;
    private static final short DONT_FRAGMENT = 0x4000;
    private static final byte TTL = 64;
    private static final byte TCP = 6;

    private TemplateDefinition() {
    }

    static void define(ByteBuffer records, int base, InetSocketAddress local, InetSocketAddress remote, Path path,
            boolean timestamps) {
        byte[] from = local.getAddress().getAddress();
        byte[] to = remote.getAddress().getAddress();
        if (from.length != to.length) {
            throw new IllegalArgumentException("addresses of two families: " + local + " and " + remote);
        }
        boolean ipv6 = from.length > 4;
        for (int at = 0; at < SessionDescriptor.HEADER_BYTES; at += Long.BYTES) {
            records.putLong(base + SessionDescriptor.HEADER + at, 0);
        }
        records.put(base + SessionDescriptor.IP_VERSION, (byte) (ipv6 ? 6 : 4));
        records.put(base + SessionDescriptor.L3_LEN, (byte) (ipv6 ? IPV6_BYTES : IPV4_BYTES));
        redirect(records, base, path);
        int network = base + SessionDescriptor.NETWORK_OFFSET;
        if (ipv6) {
            ipv6(records, network, from, to);
        } else {
            ipv4(records, network, from, to);
            records.putInt(base + SessionDescriptor.IP_SUM, sum(records, network, IPV4_BYTES));
        }
        int addresses = network + (ipv6 ? 8 : 12);
        int protocol = sumOf(records, TCP);
        records.putInt(base + SessionDescriptor.PSEUDO_SUM, sum(records, addresses, 2 * from.length) + protocol);
        int transport = network + (ipv6 ? IPV6_BYTES : IPV4_BYTES);
        networkShort(records, transport, local.getPort());
        networkShort(records, transport + 2, remote.getPort());
        TemplateCompletion.options(records, base, timestamps);
        records.putLong(base + SessionDescriptor.TEMPLATE_NS, System.nanoTime());
    }

    private static void ipv4(ByteBuffer records, int at, byte[] from, byte[] to) {
        records.put(at, (byte) 0x45);
        networkShort(records, at + 6, DONT_FRAGMENT);
        records.put(at + 8, TTL);
        records.put(at + 9, TCP);
        records.put(at + 12, from);
        records.put(at + 16, to);
    }

    private static void ipv6(ByteBuffer records, int at, byte[] from, byte[] to) {
        records.put(at, (byte) 0x60);
        records.put(at + 6, TCP);
        records.put(at + 7, TTL);
        records.put(at + 8, from);
        records.put(at + 24, to);
    }

    static IpFields ipFields(ByteBuffer records, int base) {
        int at = base + SessionDescriptor.NETWORK_OFFSET;
        boolean ipv6 = records.get(base + SessionDescriptor.IP_VERSION) == 6;
        int trafficClass = ipv6 ? (records.get(at) & 0xF) << 4 | records.get(at + 1) >> 4 & 0xF : records.get(at + 1) & 0xFF;
        return new IpFields(records.get(at + (ipv6 ? 7 : 8)) & 0xFF, trafficClass);
    }

    static void ipFields(ByteBuffer records, int base, IpFields fields) {
        int at = base + SessionDescriptor.NETWORK_OFFSET;
        if (records.get(base + SessionDescriptor.IP_VERSION) == 6) {
            records.put(at, (byte) (0x60 | fields.trafficClass() >> 4));
            records.put(at + 1, (byte) (fields.trafficClass() << 4 | records.get(at + 1) & 0xF));
            records.put(at + 7, (byte) fields.hopLimit());
        } else {
            records.put(at + 1, (byte) fields.trafficClass());
            records.put(at + 8, (byte) fields.hopLimit());
            records.putInt(base + SessionDescriptor.IP_SUM, sum(records, at, IPV4_BYTES));
        }
    }

    /** A device without link layer gets a header of zeros, too: the kernel takes it off (bpf_clone_redirect). */
    static void redirect(ByteBuffer records, int base, Path path) {
        if (!path.usable()) {
            throw new IllegalArgumentException("no way to send: " + path);
        }
        int network = base + SessionDescriptor.NETWORK_OFFSET;
        mac(records, network - ETHERNET_BYTES, path.destination());
        mac(records, network - ETHERNET_BYTES + MAC_BYTES, path.source());
        networkShort(records, network - 2,
                records.get(base + SessionDescriptor.IP_VERSION) == 6 ? ETH_P_IPV6 : ETH_P_IP);
        records.put(base + SessionDescriptor.L2_LEN, (byte) ETHERNET_BYTES);
        records.putInt(base + SessionDescriptor.IFINDEX, path.ifindex());
        records.putShort(base + SessionDescriptor.VLAN_TCI, (short) 0);
        records.putShort(base + SessionDescriptor.VLAN_PROTO, (short) 0);
    }

    static boolean follows(ByteBuffer records, int base, Path path) {
        int link = base + SessionDescriptor.NETWORK_OFFSET - ETHERNET_BYTES;
        return records.getInt(base + SessionDescriptor.IFINDEX) == path.ifindex()
                && records.get(base + SessionDescriptor.L2_LEN) == ETHERNET_BYTES
                && mac(records, link) == path.destination() && mac(records, link + MAC_BYTES) == path.source();
    }

    private static void mac(ByteBuffer records, int at, long address) {
        for (int i = 0; i < MAC_BYTES; i++) {
            records.put(at + i, (byte) (address >>> 8 * (MAC_BYTES - 1 - i)));
        }
    }

    private static long mac(ByteBuffer records, int at) {
        long address = 0;
        for (int i = 0; i < MAC_BYTES; i++) {
            address = address << 8 | records.get(at + i) & 0xFF;
        }
        return address;
    }

    private static void networkShort(ByteBuffer records, int at, int value) {
        records.put(at, (byte) (value >> 8));
        records.put(at + 1, (byte) value);
    }

    /** RFC 1071, not folded, in the machine's byte order as the header builder adds. */
    private static int sum(ByteBuffer records, int from, int bytes) {
        int sum = 0;
        for (int at = from; at < from + bytes; at += Short.BYTES) {
            sum += records.getShort(at) & 0xFFFF;
        }
        return sum;
    }

    /** A small number in network byte order, read in the machine's. */
    private static int sumOf(ByteBuffer records, int value) {
        return ByteOrder.LITTLE_ENDIAN == records.order() ? value << 8 : value;
    }
}
