// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Bodies that wait for those before them to be published. One at a time has its turn, on the executor's thread. */
final class TurnQueue implements AutoCloseable {

    /** Segments of two seconds: two minutes of them, far more than any player waits for. */
    static final int MAX_WAITING = 64;

    /** A body with its exchange. Exactly one of the methods is called, once. */
    interface Turn {

        void take();

        /** A newer one took its place. */
        void drop();

        void fail(OffloadException reason);
    }

    private final String name;
    private final ExecutorService executor;
    private final Backpressure policy;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Turn> waiting = new ArrayDeque<>();
    private boolean running;
    private boolean closed;

    TurnQueue(String name, ExecutorService executor, Backpressure policy) {
        this.name = name;
        this.executor = executor;
        this.policy = policy;
    }

    /** @throws OffloadException if it is full and the policy is to fail, or it is closed */
    void submit(Turn turn) {
        Turn oldest;
        lock.lock();
        try {
            oldest = makeRoom();
            waiting.add(turn);
            if (!running) {
                running = true;
                executor.execute(this::run);
            }
        } finally {
            lock.unlock();
        }
        if (oldest != null) {
            oldest.drop();
        }
    }

    private Turn makeRoom() {
        while (!closed && waiting.size() >= MAX_WAITING) {
            if (policy == Backpressure.DROP_OLDEST) {
                return waiting.poll();
            } else if (policy == Backpressure.FAIL) {
                throw new OffloadException(name + " has no room: " + MAX_WAITING + " bodies wait for their turn "
                        + "(backpressure=fail)");
            }
            try {
                changed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new OffloadException(name + ": interrupted while waiting for a turn", e);
            }
        }
        if (closed) {
            throw stopped();
        }
        return null;
    }

    private OffloadException stopped() {
        return new OffloadException(name + ": its route has stopped before the body had its turn");
    }

    private void run() {
        for (Turn next = next(); next != null; next = next()) {
            next.take();
        }
    }

    private Turn next() {
        lock.lock();
        try {
            Turn next = waiting.poll();
            running = next != null;
            changed.signalAll();
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Fails all that wait. The one whose turn it is goes on. Idempotent. */
    @Override
    public void close() {
        List<Turn> left;
        lock.lock();
        try {
            closed = true;
            left = new ArrayList<>(waiting);
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        left.forEach(turn -> turn.fail(stopped()));
    }
}
