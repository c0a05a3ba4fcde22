// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** An owned session and its viewer: posts to it what the viewer must get. */
record Served(KernelSide kernel, int id, Socket viewer) {

    /** Pieces of random bytes, each a post; waits until each has been read and acknowledged. */
    void streams(long seed, int pieces, int pieceBytes) throws Exception {
        byte[] piece = new byte[pieceBytes];
        Random random = new Random(seed);
        for (int i = 0; i < pieces; i++) {
            random.nextBytes(piece);
            post(ByteBuffer.wrap(piece), JobList.ACK | JobList.PSH);
            assertArrayEquals(piece, viewer.getInputStream().readNBytes(pieceBytes), "seed " + seed + ", piece " + i);
            awaitAcknowledged();
        }
    }

    void post(ByteBuffer payload, int flags) {
        SessionTable sessions = kernel.sessions();
        int length = payload.remaining();
        int mss = sessions.mss(id);
        int seq = sessions.nxt(id);
        sessions.nxt(id, seq + length + (flags & JobList.FIN));
        assertTrue(kernel.ring().claim(sessions.headerLength(id)));
        kernel.ring().payload().put(payload);
        kernel.jobs().set(0, id, seq, flags);
        kernel.ring().commit(length, length > mss ? mss : 0, sessions.linkLength(id), sessions.ipv6(id), 0, 1);
        assertEquals(0, kernel.ring().flush());
        assertEquals(JobList.SENT, kernel.jobs().result(0));
    }

    void awaitAcknowledged() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (kernel.sessions().una(id) != kernel.sessions().nxt(id)) {
            assertTrue(System.nanoTime() < end, "not acknowledged: " + kernel.counters().snapshot());
            Thread.sleep(1);
        }
    }

    /** FIN, and the viewer's. */
    void finish() throws Exception {
        post(ByteBuffer.allocate(0), JobList.ACK | JobList.FIN);
        assertEquals(-1, viewer.getInputStream().read());
        viewer.close();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!kernel.sessions().finReceived(id)) {
            assertTrue(System.nanoTime() < end, "no FIN: " + kernel.counters().snapshot());
            Thread.sleep(1);
        }
        post(ByteBuffer.allocate(0), JobList.ACK);
    }
}
