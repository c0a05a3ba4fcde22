// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.kernel.Listener.Accepted;
import java.net.Socket;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A ring takes no more than it has frames, and what it has taken leaves, in order, round and round. */
@ExtendWith(Root.class)
@Timeout(60)
class FullRingTest {

    private static final byte[] HEAD = "HTTP/1.1 200 OK\r\n\r\n".getBytes();
    private static final int BYTES = 500;
    private static final int ROUNDS = 5;

    @Test
    @Hostile(value = "4-tuple reuse", layer = Layer.PACKET)
    void aFullRingTakesNothingMoreAndLosesNothing() throws Exception {
        try (VethPair veth = new VethPair(true);
                KernelSide kernel = KernelSide.open(KernelConfig.of("ktest-ring" + ProcessHandle.current().pid()));
                Listener listener = new Listener(VethPair.SERVER);
                Socket viewer = veth.inNamespace(() -> new Socket(VethPair.SERVER, listener.address().getPort()))) {
            kernel.attach(VethPair.DEVICE);
            Accepted connection = listener.accept();
            int id = Takeover.of(kernel, connection, HEAD);
            assertArrayEquals(HEAD, viewer.getInputStream().readNBytes(HEAD.length));
            Random random = new Random(1);
            for (int round = 0; round < ROUNDS; round++) {
                byte[] stream = new byte[KernelConfig.DEFAULT_RING_FRAMES * BYTES];
                random.nextBytes(stream);
                int frames = 0;
                while (kernel.ring().claim(kernel.sessions().headerLength(id))) {
                    commit(kernel, id, stream, frames++);
                }
                assertEquals(KernelConfig.DEFAULT_RING_FRAMES, frames);
                assertFalse(kernel.ring().claim(kernel.sessions().headerLength(id)));
                assertEquals(0, kernel.ring().flush());
                assertArrayEquals(stream, viewer.getInputStream().readNBytes(stream.length), "round " + round);
                assertTrue(kernel.ring().claim(kernel.sessions().headerLength(id)));
            }
            kernel.flows().remove(connection.local(), connection.remote());
        }
    }

    private static void commit(KernelSide kernel, int id, byte[] stream, int frame) {
        SessionTable sessions = kernel.sessions();
        kernel.ring().payload().put(stream, frame * BYTES, BYTES);
        int seq = sessions.nxt(id);
        sessions.nxt(id, seq + BYTES);
        kernel.jobs().set(frame, id, seq, JobList.ACK | JobList.PSH);
        kernel.ring().commit(BYTES, 0, sessions.linkLength(id), sessions.ipv6(id), frame, 1);
    }
}
