// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

/** The sockets that a kernel holds, by {@code ss}. */
public final class KernelSockets {

    private KernelSockets() {
    }

    /** Established connections with that local port which the kernel itself serves. */
    public static long established(Netns ns, int localPort) {
        return ns.run("ss", "-tnH", "state", "established", "sport", "=", ":" + localPort).lines().count();
    }
}
