// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Segments at a rate from an address that nobody has ({@code flood.c}). */
public final class Flood implements AutoCloseable {

    private final Process process;

    /**
     * Starts it.
     *
     * @param kind       ack, syn or random
     * @param sourcePort 0 for another one each time
     */
    public Flood(Netns ns, String device, String serverMac, String sourceIp, int sourcePort, String serverIp, int port,
            String kind, long count, long perSecond) {
        process = ns.start(ProcessBuilder.Redirect.INHERIT, NativeTool.program("flood").toString(), device,
                "02:00:5e:00:53:66", serverMac, sourceIp, Integer.toString(sourcePort), serverIp, Integer.toString(port), kind,
                Long.toString(count), Long.toString(perSecond));
    }

    /** Waits for its end; how many segments left. */
    public long await() {
        try {
            return Long.parseLong(process.inputReader().readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
