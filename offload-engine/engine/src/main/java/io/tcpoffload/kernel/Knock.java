// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Lets the attached programs of an engine that is gone reset its viewers: {@code knock.h}. Needs nothing of that engine's
 * version but the beginning of its {@link EngineDescriptor}.
 */
final class Knock {

    private static final InetSocketAddress DOOR = new InetSocketAddress("127.0.0.1", 9);
    private static final int TIMEOUT_MS = 100;
    /** Knocks in a row that nobody hears: then no program of that engine is on the loopback device. */
    private static final int UNHEARD = 3;

    private Knock() {
    }

    /**
     * Ends the grace and knocks until every viewer is reset.
     *
     * @return whether they all are; false when the programs do not hear it
     */
    static boolean untilReaped(EngineState engine) {
        engine.condemn();
        int unheard = 0;
        while (engine.phase() != EngineDescriptor.REAPED && unheard < UNHEARD) {
            int before = engine.cursor();
            once();
            unheard = engine.cursor() == before ? unheard + 1 : 0;
        }
        return engine.phase() == EngineDescriptor.REAPED;
    }

    /** One packet. Whether anybody listens there does not matter. */
    static void once() {
        try (Socket socket = new Socket()) {
            socket.connect(DOOR, TIMEOUT_MS);
        } catch (IOException e) {
            // As a rule it is refused.
        }
    }
}
