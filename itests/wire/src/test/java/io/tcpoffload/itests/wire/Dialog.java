// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.peer.Craft;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.TcpPeer;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A scripted peer and the sender at the other end of its connection, which has nothing unsent or in flight yet. */
final class Dialog implements AutoCloseable {

    /** Two segments whatever the options: a tail loss probe then comes after two round trips, not a timeout. */
    private static final int PIECE = 2800;
    private static final long PATIENCE = 5000;
    /** More than a tail loss probe needs, and a timeout (200 ms). */
    private static final long NO_REPETITION = 250;

    final TcpPeer peer;
    private final Control control;
    private final Runnable end;
    private long written;

    Dialog(TcpPeer peer, Control control, Runnable end) {
        this.peer = peer;
        this.control = control;
        this.end = end;
    }

    /** Lets the sender send so much more. */
    void write(int bytes) {
        control.write(bytes);
        written += bytes;
    }

    /** The same, and takes it, in order and without repetition; nothing is acknowledged. */
    List<Segment> push(int bytes) {
        long from = written;
        write(bytes);
        return peer.expectData(from, written);
    }

    /**
     * Writes much more than a first window takes, and takes what comes of it, in order and without repetition.
     *
     * @return bytes in flight then
     */
    long fill(int bytes) {
        long from = written;
        write(bytes);
        peer.acknowledgeTo(from);
        for (Segment s = peer.next(PATIENCE); s != null; s = peer.next(TcpPeer.PAUSE)) {
            if (s.length() == 0 || s.sequence() != peer.expected()) {
                throw peer.failure("expected the next bytes, got " + s);
            }
            from += s.length();
            peer.acknowledgeTo(from);
        }
        return from - (written - bytes);
    }

    /** Bytes of the script so far. */
    long written() {
        return written;
    }

    /** Acknowledges everything that came. */
    void acknowledge() {
        peer.ack(written).send();
        peer.acknowledgeTo(written);
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

    /** As {@link Control#settle}. */
    long settle(long segments) {
        return control.settle(segments);
    }

    /** In segments. */
    long cwnd() {
        return control.cwnd();
    }

    boolean alive() {
        return control.alive();
    }

    /**
     * Lets something be sent, and acknowledges it with a segment that must not be believed: it comes again, and nothing
     * else happens. The segment is later than all others, closes the window and covers everything.
     */
    void ignores(String what, UnaryOperator<Craft> damage) {
        ignores(what, false, damage);
    }

    /** The same for a segment that is answered by an acknowledgement, at least now and then (RFC 9293 section 3.10.7.4). */
    void answers(String what, UnaryOperator<Craft> damage) {
        ignores(what, true, damage);
    }

    /** The same for what the case sends itself. */
    void ignoresWhatIsSent(String what, Consumer<Craft> send) {
        ignored(what, false, send);
    }

    private void ignores(String what, boolean answered, UnaryOperator<Craft> damage) {
        ignored(what, answered, craft -> damage.apply(craft).send());
    }

    private void ignored(String what, boolean answered, Consumer<Craft> send) {
        long from = written;
        push(PIECE);
        peer.pause();
        send.accept(peer.ack(written).window(0).tsValueLess(-100_000).hostile());
        Segment s = peer.next(PATIENCE);
        while (answered && s != null && peer.pureAck(0).without(Segment.PSH).test().test(s)) {
            s = peer.next(PATIENCE);
        }
        if (s == null || s.length() == 0 || s.sequence() - peer.sequenceOf(from) < 0) {
            throw peer.failure(what + ": expected a repetition, got " + s);
        }
        repaired();
    }

    /** Acknowledges as a receiver does that got the last segment twice (RFC 2883). */
    private void repaired() {
        Craft ack = peer.ack(written);
        if (peer.sackPermitted()) {
            ack.sack(written - PIECE / 2, written);
        }
        ack.send();
        peer.acknowledgeTo(written);
        peer.drain(10);
    }

    /** Lets something be sent, and acknowledges it with an odd segment that has to be believed: nothing comes again. */
    void takes(String what, UnaryOperator<Craft> oddity) {
        takesWhatIsSent(what, craft -> oddity.apply(craft).send());
    }

    /** The same for what the case sends itself. */
    void takesWhatIsSent(String what, Consumer<Craft> send) {
        push(PIECE);
        peer.pause();
        send.accept(peer.ack(written));
        peer.acknowledgeTo(written);
        Segment s = peer.next(NO_REPETITION);
        if (s != null) {
            throw peer.failure(what + ": expected silence, got " + s);
        }
    }

    /** What no sound sender does has not happened, and every byte that came was right. */
    void verify() {
        if (!peer.complaints().isEmpty()) {
            throw peer.failure("unsound");
        }
        String fault = control.fault(peer.stream());
        if (fault != null) {
            throw peer.failure(fault);
        }
    }

    /** Takes and acknowledges everything written, lets more be written and takes it, too: the end of a case. */
    void goesOn() {
        peer.takeTo(written, PATIENCE);
        peer.next().send();
        write(PIECE);
        peer.takeTo(written, PATIENCE);
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
