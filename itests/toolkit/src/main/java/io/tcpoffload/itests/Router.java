// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.stream.Stream;

/** A host between servers and viewers that forwards IPv4 and IPv6: the kernel's own router, ICMP included. */
public final class Router implements AutoCloseable {

    private final Netns ns = Netns.create("r");
    private final Veth serverSide;
    private final Veth viewerSide;

    public Router(Netns servers, Netns viewers) {
        serverSide = Veth.connect(servers, ns, 1).withIpv6();
        viewerSide = Veth.connect(ns, viewers, 2).withIpv6();
        ns.sysctl("net.ipv4.ip_forward", "1");
        ns.sysctl("net.ipv6.conf.all.forwarding", "1");
        ns.sysctl("net.ipv4.icmp_ratelimit", "0");
        ns.sysctl("net.ipv6.icmp.ratelimit", "0");
        route(servers, serverSide.viewerAddress(), serverSide.viewerAddress6());
        route(viewers, viewerSide.serverAddress(), viewerSide.serverAddress6());
        // A host with a tentative link-local address resolves no neighbour for a second or two: SYN-ACKs would come twice.
        Await.until("duplicate address detection is over", () ->
                Stream.of(ns, servers, viewers).allMatch(each -> each.run("ip", "-6", "addr", "show", "tentative").isBlank()));
    }

    private static void route(Netns ns, String gateway, String gateway6) {
        ns.run("ip", "route", "add", "default", "via", gateway);
        ns.run("ip", "-6", "route", "add", "default", "via", gateway6);
    }

    /** The pair at the servers: its server's end is theirs. */
    public Veth serverSide() {
        return serverSide;
    }

    /** The pair at the viewers: its viewer's end is theirs. */
    public Veth viewerSide() {
        return viewerSide;
    }

    /** What is larger does not go on to the viewers: the sender is told by ICMP. */
    public void mtuTowardsViewers(int bytes) {
        String mtu = Integer.toString(bytes);
        ns.run("ip", "route", "add", viewerSide.viewerAddress(), "dev", viewerSide.serverDevice(), "mtu", "lock", mtu);
        ns.run("ip", "-6", "route", "add", viewerSide.viewerAddress6(), "dev", viewerSide.serverDevice(), "mtu", "lock",
                mtu);
    }

    /** From now on it marks packets instead of dropping them (RFC 3168). */
    public void marksTowardsViewers() {
        ns.run("tc", "qdisc", "add", "dev", viewerSide.serverDevice(), "clsact");
        ns.run("tc", "filter", "add", "dev", viewerSide.serverDevice(), "egress", "bpf", "direct-action", "object-file",
                NativeTool.bpfObject("congestion").toString(), "program", "mark");
    }

    @Override
    public void close() {
        ns.close();
    }
}
