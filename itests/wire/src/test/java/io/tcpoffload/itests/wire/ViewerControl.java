// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.Stream;
import io.tcpoffload.itests.peer.Segment;
import io.tcpoffload.itests.peer.TcpPeer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A viewer of the engine's channel, the only one while something is written. */
final class ViewerControl implements Control {

    /** What a viewer gets when it joins: the newest segment, so it is made a short one. */
    private static final int GREETING = 188;
    private static final long PATIENCE = 10_000;

    private final EngineProcess engine;
    private final TcpPeer peer;
    private long start;

    ViewerControl(EngineProcess engine, TcpPeer peer) {
        this.engine = engine;
        this.peer = peer;
    }

    /** Handshake, request, response head, take-over, the newest segment; from there on a script counts. */
    void join() {
        engine.publish(1, GREETING, 0);
        peer.connect();
        peer.say(("GET /" + EngineProcess.CHANNEL + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            Segment s = peer.next(PATIENCE);
            if (s == null) {
                throw peer.failure("no response head");
            }
            text.append(new String(s.payload(), StandardCharsets.ISO_8859_1));
        }
        int head = text.length();
        peer.pause();
        peer.acknowledgeTo(head);
        peer.next().send();
        peer.expectData(head, head + GREETING);
        peer.pause();
        peer.next().send();
        Setup.await("the engine's viewer", this::alive);
        peer.origin();
        peer.drain(0);
        start = engine.published();
    }

    @Override
    public void write(int bytes) {
        engine.publish(1, bytes, 0);
    }

    @Override
    public void shutdown() {
        throw new UnsupportedOperationException("it would close the channel");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("it would close the channel");
    }

    @Override
    public void abort() {
        throw new UnsupportedOperationException("a channel has no such command");
    }

    @Override
    public String fault(byte[] stream) {
        return KernelControl.difference(stream, Stream.bytes(start, (stream.length + 3) / 4 * 4).array());
    }

    @Override
    public boolean alive() {
        return session().isPresent();
    }

    /** What the engine says of it. */
    Optional<Fields> session() {
        return engine.sessions().stream().filter(s -> s.text("remote").endsWith(":" + peer.localPort())).findFirst();
    }

    @Override
    public long settle(long segments) {
        return UNKNOWN;
    }

    @Override
    public long cwnd() {
        throw new UnsupportedOperationException("not told");
    }
}
