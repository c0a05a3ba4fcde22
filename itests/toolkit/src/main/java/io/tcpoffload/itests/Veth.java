// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.concurrent.ThreadLocalRandom;

/** A pair of Ethernet devices that connects the namespace of a server with that of its viewers. */
public final class Veth implements AutoCloseable {

    private static final int MAX_NAME = 0xffffff;
    /** Column of /proc/net/dev: eight of what was received, then bytes, packets, errs. */
    private static final int SENT_DROPPED = 11;

    private final Netns servers;
    private final Netns viewers;
    private final String device;
    private final String network;

    private Veth(Netns servers, Netns viewers, String device, String network) {
        this.servers = servers;
        this.viewers = viewers;
        this.device = device;
        this.network = network;
    }

    /**
     * Makes a pair in a network of its own, with names of its own.
     *
     * @param subnet 0 to 255, different for each pair of a namespace
     */
    public static Veth connect(Netns servers, Netns viewers, int subnet) {
        String id = Integer.toString(ThreadLocalRandom.current().nextInt(MAX_NAME), Character.MAX_RADIX);
        return connect(servers, viewers, subnet, "tot" + id);
    }

    /**
     * Makes a pair in a network of its own.
     *
     * @param name what {@link #serverDevice()} adds an s to and {@link #viewerDevice()} a v, at most 14 characters
     */
    public static Veth connect(Netns servers, Netns viewers, int subnet, String name) {
        Veth veth = new Veth(servers, viewers, name, "10.203." + subnet);
        servers.run("ip", "link", "add", veth.serverDevice(), "type", "veth", "peer", "name", veth.viewerDevice());
        servers.run("ip", "link", "set", veth.viewerDevice(), "netns", viewers.name());
        veth.configure(servers, veth.serverDevice(), veth.serverAddress());
        veth.configure(viewers, veth.viewerDevice(), veth.viewerAddress());
        return veth;
    }

    /**
     * Makes two pairs, from the servers to a relay's namespace and from there to the viewers; to both sides it looks like
     * one. The relay's ends have no address: it bridges what they see.
     *
     * @param subnet 0 to 255, different for each pair of a namespace
     */
    static Veth through(Netns relay, Netns servers, Netns viewers, int subnet) {
        String id = Integer.toString(ThreadLocalRandom.current().nextInt(MAX_NAME), Character.MAX_RADIX);
        Veth veth = new Veth(servers, viewers, "tot" + id, "10.203." + subnet);
        veth.half(servers, veth.serverDevice(), relay, veth.relayDeviceOfServers(), ".1");
        veth.half(viewers, veth.viewerDevice(), relay, veth.relayDeviceOfViewers(), ".2");
        return veth;
    }

    private void half(Netns end, String name, Netns relay, String peer, String host) {
        end.run("ip", "link", "add", name, "type", "veth", "peer", "name", peer, "netns", relay.name());
        relay.sysctl("net.ipv6.conf." + peer + ".disable_ipv6", "1");
        relay.run("ip", "link", "set", peer, "up");
        configure(end, name, network + host);
    }

    /** The other end of {@link #serverDevice()}, of {@link #through}. */
    String relayDeviceOfServers() {
        return device + "l";
    }

    /** The other end of {@link #viewerDevice()}, of {@link #through}. */
    String relayDeviceOfViewers() {
        return device + "r";
    }

    public String serverDevice() {
        return device + "s";
    }

    public String viewerDevice() {
        return device + "v";
    }

    /** The address to listen on. */
    public String serverAddress() {
        return network + ".1";
    }

    public String viewerAddress() {
        return network + ".2";
    }

    /** Gives both ends an IPv6 address, too. */
    public Veth withIpv6() {
        servers.run("ip", "addr", "add", serverAddress6() + "/64", "dev", serverDevice(), "nodad");
        viewers.run("ip", "addr", "add", viewerAddress6() + "/64", "dev", viewerDevice(), "nodad");
        return this;
    }

    /** The address to listen on, after {@link #withIpv6}. */
    public String serverAddress6() {
        return "fd00:" + network.replace('.', ':') + "::1";
    }

    public String viewerAddress6() {
        return "fd00:" + network.replace('.', ':') + "::2";
    }

    /** The largest IP packet of both ends, 68 to 65535 bytes; jumbo frames are 9000. */
    public void mtu(int bytes) {
        servers.run("ip", "link", "set", serverDevice(), "mtu", Integer.toString(bytes));
        viewers.run("ip", "link", "set", viewerDevice(), "mtu", Integer.toString(bytes));
    }

    /** Makes the viewers' end like {@link #withoutServerOffloads()} makes the server's. */
    void withoutViewerOffloads() {
        viewers.run(NativeTool.program("offloads").toString(), viewerDevice());
    }

    /** Makes the server's end like a device without checksum and segmentation offload. */
    public void withoutServerOffloads() {
        servers.run(NativeTool.program("offloads").toString(), serverDevice());
    }

    /**
     * Packets from the servers that got lost between the two ends, because more came at once than
     * {@code net.core.netdev_max_backlog} lets wait.
     */
    public long lostBetweenEnds() {
        return servers.run("cat", "/proc/net/dev").lines().map(String::strip)
                .filter(line -> line.startsWith(serverDevice() + ":"))
                .mapToLong(line -> Long.parseLong(line.split(":")[1].strip().split(" +")[SENT_DROPPED])).findFirst()
                .orElseThrow();
    }

    /** Removes both ends. */
    @Override
    public void close() {
        servers.run("ip", "link", "del", serverDevice());
    }

    private void configure(Netns ns, String name, String address) {
        ns.run("ip", "addr", "add", address + "/24", "dev", name);
        ns.run("ip", "link", "set", name, "up");
    }
}
