// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.peer.Craft;
import io.tcpoffload.itests.peer.SynOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What a peer and the sender's owner do step by step; what comes of each step, a {@link Transcript} tells. */
final class Script {

    /**
     * A step is a round trip: the reordering timer, a quarter, belongs to it, probe and timeout are far away. The first is the
     * shortest, because what is sent again and comes back faster than anything before proves nothing (RFC 8985 6.2).
     */
    private static final long STEP_MS = 60;
    private static final long FIRST_MS = 45;

    private final String name;
    private final SynOptions options;
    private final List<Step> steps = new ArrayList<>();
    private boolean nagle;

    /**
     * @param ms     how long it lasts: what comes in that time belongs to it
     * @param settles whether the time begins anew with whatever comes
     */
    record Step(long ms, boolean settles, Consumer<Dialog> action) {
    }

    Script(String name, SynOptions options) {
        this.name = name;
        this.options = options;
    }

    SynOptions options() {
        return options;
    }

    /** Whether the sender has no TCP_NODELAY. */
    boolean nagle() {
        return nagle;
    }

    List<Step> steps() {
        return steps;
    }

    Script withNagle() {
        nagle = true;
        return this;
    }

    Script then(Consumer<Dialog> action) {
        steps.add(new Step(steps.isEmpty() ? FIRST_MS : STEP_MS, true, action));
        return this;
    }

    /** Nothing is done; timers may fire. */
    Script pause(long ms) {
        steps.add(new Step(ms, false, d -> { }));
        return this;
    }

    /** The last step lasts so long, because a timer may fire in it. */
    Script lasting(long ms) {
        steps.set(steps.size() - 1, new Step(ms, false, steps.get(steps.size() - 1).action()));
        return this;
    }

    Script write(int bytes) {
        return then(d -> d.write(bytes));
    }

    /** Everything up to there has arrived. */
    Script ack(long to) {
        return ack(to, craft -> craft);
    }

    /** Acknowledgements of several segments each, a step each. */
    Script acks(long from, long to, int bytes) {
        for (long at = from + bytes; at <= to; at += bytes) {
            ack(at);
        }
        return this;
    }

    /** Everything that has been sent has arrived. */
    Script ackAll() {
        return then(d -> d.peer.acknowledgeAll().send());
    }

    /** {@link #ack(long)} with something odd about it. */
    Script ack(long to, UnaryOperator<Craft> oddity) {
        return then(d -> {
            d.peer.acknowledgeTo(to);
            oddity.apply(d.peer.next()).send();
        });
    }

    /** With blocks, left and right ends. */
    Script sack(long to, long... blocks) {
        return ack(to, craft -> {
            for (int i = 0; i < blocks.length; i += 2) {
                craft.sack(blocks[i], blocks[i + 1]);
            }
            return craft;
        });
    }

    Script window(long to, int bytes) {
        return then(d -> {
            d.peer.acknowledgeTo(to);
            d.peer.window(bytes).next().send();
        });
    }

    /** A segment of no consequence for what the peer sends next. */
    Script send(UnaryOperator<Craft> oddity) {
        return then(d -> oddity.apply(d.peer.next()).send());
    }

    @Override
    public String toString() {
        return name;
    }
}
