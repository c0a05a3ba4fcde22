// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** One direction of a path: bandwidth with a tail-drop queue, delay, seeded loss, damage, duplication and reordering, and marks. */
final class SimLink {

    private final SimClock clock;
    private final Random random;
    private final Consumer<SimPacket> to;
    private final long delayNs;
    private final long bytesPerSecond;
    private final long queueBytes;
    private double loss;
    private double duplication;
    private double reordering;
    private double damage;
    private long markBytes = Long.MAX_VALUE;
    private int largest = Integer.MAX_VALUE;
    private Runnable tooLarge = () -> { };
    private Predicate<SimPacket> dropper = packet -> false;
    private long freeAtNs;
    private long lost;
    private long reordered;
    private long marked;
    private boolean cut;

    SimLink(SimClock clock, Random random, long delayNs, long bytesPerSecond, long queueBytes, Consumer<SimPacket> to) {
        this.clock = clock;
        this.random = random;
        this.delayNs = delayNs;
        this.bytesPerSecond = bytesPerSecond;
        this.queueBytes = queueBytes;
        this.to = to;
    }

    SimLink faults(double newLoss, double newDuplication, double newReordering) {
        loss = newLoss;
        duplication = newDuplication;
        reordering = newReordering;
        return this;
    }

    /** Damages packets, which the other end then drops. */
    SimLink damage(double newDamage) {
        damage = newDamage;
        return this;
    }

    /** Marks what allows it when so many bytes wait in the queue (RFC 3168 5). */
    SimLink markFrom(long bytes) {
        markBytes = bytes;
        return this;
    }

    /** Drops packets of more than so many bytes of data, and says so after a while. */
    void limit(int dataBytes, Runnable fragmentationNeeded) {
        largest = dataBytes;
        tooLarge = fragmentationNeeded;
    }

    void dropIf(Predicate<SimPacket> predicate) {
        dropper = predicate;
    }

    void cut(boolean on) {
        cut = on;
    }

    long lost() {
        return lost;
    }

    long marked() {
        return marked;
    }

    long reordered() {
        return reordered;
    }

    void send(SimPacket packet) {
        final long now = clock.nowNs();
        final long start = Math.max(now, freeAtNs);
        final long backlog = (start - now) * bytesPerSecond / 1_000_000_000L;
        if (cut || backlog > queueBytes || random.nextDouble() < loss || dropper.test(packet)) {
            lost++;
            return;
        }
        if (packet.data().length > largest) {
            lost++;
            clock.after(delayNs, tooLarge);
            return;
        }
        SimPacket sent = packet;
        if (backlog > markBytes && packet.has(SimPacket.ECT)) {
            sent = packet.marked(SimPacket.CE);
            marked++;
        }
        if (damage > 0 && random.nextDouble() < damage) {
            sent = sent.marked(SimPacket.DAMAGED);
            lost++;
        }
        final SimPacket leaving = sent;
        freeAtNs = start + packet.wireBytes() * 1_000_000_000L / bytesPerSecond;
        long arrival = freeAtNs - now + delayNs;
        if (random.nextDouble() < reordering) {
            reordered++;
            arrival += (long) (random.nextDouble() * delayNs) + SimClock.MS;
        }
        clock.after(arrival, () -> to.accept(leaving));
        if (random.nextDouble() < duplication) {
            clock.after(arrival + (long) (random.nextDouble() * delayNs), () -> to.accept(leaving));
        }
    }
}
