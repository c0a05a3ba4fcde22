// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.PrefixedSource;
import io.tcpoffload.channel.PrivateSource;
import io.tcpoffload.kernel.FrozenState;
import io.tcpoffload.kernel.HandBack;
import io.tcpoffload.kernel.TcpState;
import java.nio.ByteBuffer;

/** What a session has besides when its connection was another process'. Belongs to the session loop's thread. */
final class Adopted {

    private final FrozenState state;
    private final PrivateSource source;
    private final String owner;
    private final InputPolicy input;
    private boolean receivesNoMore;
    private Runnable onInput = () -> { };

    /**
     * @param source null when the session is served from a channel
     * @param owner  for people: process and descriptor
     */
    Adopted(FrozenState state, PrivateSource source, String owner, InputPolicy input) {
        this.state = state;
        this.source = source;
        this.owner = owner;
        this.input = input;
    }

    /** As it was adopted. */
    FrozenState state() {
        return state;
    }

    /** Stream position of the oldest byte that was not acknowledged when it was adopted. */
    long firstPosition() {
        return source == null ? PrefixedSource.PREFIX : 0;
    }

    /** Its own stream; null when it is served from a channel. */
    PrivateSource source() {
        return source;
    }

    String owner() {
        return owner;
    }

    /** Called when the peer has said something, which was not taken. */
    void onInput(Runnable action) {
        onInput = action;
    }

    void inputCame() {
        onInput.run();
    }

    InputPolicy input() {
        return input;
    }

    /** What the peer had sent before and nobody has read, as long as what came since does not follow it. */
    ByteBuffer unread(HandBack.Input input) {
        return receivedSince(input) != 0 ? ByteBuffer.allocate(0) : ByteBuffer.wrap(state.unread());
    }

    /** Bytes that were acknowledged to the peer and that {@link #unread} does not have. */
    long unreadable(HandBack.Input input) {
        long since = receivedSince(input);
        return since == 0 ? 0 : since + state.unread().length;
    }

    private long receivedSince(HandBack.Input input) {
        TcpState then = state.tcp();
        int before = then.state() == TcpState.CLOSE_WAIT ? then.rcvNxt() - 1 : then.rcvNxt();
        return Integer.toUnsignedLong(input.nxt() - before);
    }

    /** Both directions are closed, as by close(2): what the peer sends now is answered with a reset, as Linux does. */
    void receiveNoMore() {
        receivesNoMore = true;
    }

    boolean receivesNoMore() {
        return receivesNoMore;
    }
}
