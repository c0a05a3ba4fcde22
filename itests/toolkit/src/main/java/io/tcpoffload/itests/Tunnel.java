// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.concurrent.ThreadLocalRandom;

/** Two TUN devices, packets without link header, connected with each other: IPv4 and IPv6 between servers and viewers. */
public final class Tunnel implements AutoCloseable {

    private static final int MAX_NAME = 0xffffff;

    private final String device;
    private final LineProcess process;

    public Tunnel(Netns servers, Netns viewers) {
        device = "tun" + Integer.toString(ThreadLocalRandom.current().nextInt(MAX_NAME), Character.MAX_RADIX);
        process = new LineProcess("tunnel", servers.start(ProcessBuilder.Redirect.INHERIT,
                NativeTool.program("tunnel").toString(), servers.name(), device, viewers.name(), device));
        process.read();
        configure(servers, 1);
        configure(viewers, 2);
    }

    private void configure(Netns ns, int host) {
        ns.run("ip", "addr", "add", "10.204.1." + host + "/24", "dev", device);
        ns.run("ip", "addr", "add", "fd00:10:204:1::" + host + "/64", "dev", device);
        ns.run("ip", "link", "set", device, "txqueuelen", "10000", "up");
    }

    /** In both namespaces. */
    public String device() {
        return device;
    }

    public String serverAddress() {
        return "10.204.1.1";
    }

    public String serverAddress6() {
        return "fd00:10:204:1::1";
    }

    @Override
    public void close() {
        process.close();
    }
}
