// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.itests.peer.TcpPeer;
import java.util.List;

/** A scripted peer and the sender at the other end of its connection, which has nothing unsent or in flight yet. */
final class Dialog implements AutoCloseable {

    final TcpPeer peer;
    private final Control control;
    private final Runnable end;

    Dialog(TcpPeer peer, Control control, Runnable end) {
        this.peer = peer;
        this.control = control;
        this.end = end;
    }

    void write(int bytes) {
        control.write(bytes);
    }

    void shutdown() {
        control.shutdown();
    }

    void closeSender() {
        control.close();
    }

    void abort() {
        control.abort();
    }

    boolean alive() {
        return control.alive();
    }

    /** What no sound sender does has not happened, and every byte that came was right. Call at the end of a case. */
    void verify() {
        if (!peer.complaints().isEmpty()) {
            throw peer.failure("unsound");
        }
        String fault = control.fault(peer.stream());
        if (fault != null) {
            throw peer.failure(fault);
        }
    }

    /**
     * The stream goes on where it was: acknowledges what came, lets more be written and takes it.
     *
     * @param sofar bytes written before, all of them acknowledged here
     */
    void goesOn(long sofar) {
        peer.takeTo(sofar, 5000);
        peer.next().send();
        write(1000);
        peer.takeTo(sofar + 1000, 5000);
        assertEquals(List.of(), peer.complaints(), peer::conversation);
        verify();
    }

    /** Ends the connection with a reset, whatever its state. */
    @Override
    public void close() {
        peer.reset();
        peer.close();
        end.run();
    }
}
