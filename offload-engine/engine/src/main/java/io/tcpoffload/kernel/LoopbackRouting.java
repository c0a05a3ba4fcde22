// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Lets packets from a ring be delivered on a loopback device. Ordinary packets arrive there with the route they left by;
 * ours have none, and input routing takes local addresses for martians ({@code net/ipv4/route.c}, {@code
 * ip_route_input_slow}). They would only pass while the viewer's socket still has its cached route, until any address or
 * route of the machine changes. So {@code route_localnet} and {@code accept_local} are set on the loopback device alone,
 * where they concern nobody else, and reset by the last engine that leaves the device.
 */
final class LoopbackRouting {

    private static final List<String> VARIABLES = List.of("route_localnet", "accept_local");

    private LoopbackRouting() {
    }

    /** Sets what is not set. */
    static void allow(String device, int ifindex) throws KernelException {
        for (String variable : VARIABLES) {
            Path file = file(device, variable);
            try {
                if (Files.readString(file).startsWith("0")) {
                    PinDirectory.remember(variable, ifindex);
                    Files.writeString(file, "1");
                }
            } catch (IOException e) {
                throw new KernelException("net.ipv4.conf." + device + "." + variable + " can't be set, without which "
                        + "viewers on " + device + " lose the stream when a route changes: " + e);
            }
        }
    }

    /** Resets what one of our instances has set. */
    static void restore(String device, int ifindex) {
        for (String variable : VARIABLES) {
            if (PinDirectory.remembers(variable, ifindex)) {
                try {
                    Files.writeString(file(device, variable), "0");
                } catch (IOException e) {
                    // The device is gone, and its settings with it.
                }
                PinDirectory.forget(variable, ifindex);
            }
        }
    }

    private static Path file(String device, String variable) {
        return Path.of("/proc/sys/net/ipv4/conf", device, variable);
    }
}
