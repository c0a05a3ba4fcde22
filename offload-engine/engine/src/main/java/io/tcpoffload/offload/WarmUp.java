// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.LoopbackPair;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adopts some connections of the engine's own by the loopback device, and serves and resets them, so that whoever asks
 * first does not wait for classes to be loaded and compiled. Counters show them; a session of other people's has none
 * of their numbers.
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private static final String LOOPBACK = "lo";
    /** The first takes a tenth of a second, the tenth two milliseconds, the thirtieth one. */
    private static final int SERVED = 40;
    /** Adopted and reset only: HotSpot compiles what was called 200 times, and looks at each 128th call. */
    private static final int ROUNDS = 300;
    private static final int BYTES = 20_000;
    /** A machine that is so busy is not made warm by waiting. */
    private static final long PATIENCE_NS = 1_000_000_000L;

    private final KernelSide kernel;
    private final Adoptions adoptions;

    WarmUp(KernelSide kernel, Adoptions adoptions) {
        this.kernel = kernel;
        this.adoptions = adoptions;
    }

    void run() {
        long end = System.nanoTime() + PATIENCE_NS;
        boolean attached = kernel.devices().stream().anyMatch(device -> device.name().equals(LOOPBACK));
        try {
            Device loopback = kernel.attach(LOOPBACK);
            for (int i = 1; i <= ROUNDS && System.nanoTime() < end; i++) {
                round(-i, i <= SERVED, end);
            }
            if (!attached) {
                kernel.detach(loopback);
            }
        } catch (KernelException e) {
            LOG.debug("No warm-up: {}", e.getMessage());
        }
    }

    private void round(long id, boolean served, long end) throws KernelException {
        try (LoopbackPair pair = new LoopbackPair()) {
            adoptions.adopt(id, (int) ProcessHandle.current().pid(), pair.fd(), null, InputPolicy.DISCARD);
            if (served) {
                serve(id, pair, end);
            }
            adoptions.abort(id);
        }
    }

    private void serve(long id, LoopbackPair pair, long end) throws KernelException {
        adoptions.write(id, BYTES);
        int received = 0;
        while (received < BYTES && System.nanoTime() < end) {
            received += pair.receive();
            pause();
        }
        adoptions.info(id);
    }

    private static void pause() {
        try {
            TimeUnit.MICROSECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
