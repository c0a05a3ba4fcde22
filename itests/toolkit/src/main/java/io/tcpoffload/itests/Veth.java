// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.concurrent.ThreadLocalRandom;

/** A pair of Ethernet devices that connects the namespace of a server with that of its viewers. */
public final class Veth implements AutoCloseable {

    private static final int MAX_NAME = 0xffffff;

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
        veth.configure(viewers, veth.viewerDevice(), veth.network + ".2");
        return veth;
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

    /** Makes the server's end like a device without checksum and segmentation offload. */
    public void withoutServerOffloads() {
        servers.run(NativeTool.program("offloads").toString(), serverDevice());
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
