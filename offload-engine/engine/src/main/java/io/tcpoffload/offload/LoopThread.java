// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.api.OffloadException;
import io.tcpoffload.kernel.KernelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of the session loop: lets it rest when it has nothing to do, wakes it, and ends it in good order. */
final class LoopThread {

    private static final Logger LOG = LoggerFactory.getLogger(LoopThread.class);

    /** What viewers have to take the end of their streams when the engine stops. */
    private static final long STOP_NS = 2_000_000_000L;
    private static final long ANSWER_SECONDS = 5;
    /** The same, and a socket for each viewer that has not: some tenths of a millisecond, for tens of thousands. */
    private static final long END_SECONDS = 30;
    /** After a failure that should not be: enough to keep the log readable. */
    private static final long FAILURE_REST_NS = 100_000_000L;

    private final SessionLoop loop;
    private final Thread thread;
    private volatile boolean resting;
    private volatile boolean signalled;
    private volatile boolean stopping;
    private volatile boolean suspending;

    LoopThread(SessionLoop loop) {
        this.loop = loop;
        thread = new Thread(this::run, "tcpoffload-sessions");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        long stopAtNs = Long.MAX_VALUE;
        while (true) {
            signalled = false;
            long now = System.nanoTime();
            if (suspending) {
                loop.suspend();
                return;
            }
            if (stopping && stopAtNs == Long.MAX_VALUE) {
                stopAtNs = now + STOP_NS;
                loop.endings().closeViewers();
            }
            long restNs = turn(now);
            if (stopping && (loop.sessions().isQuiet() || now >= stopAtNs)) {
                loop.endings().stop();
                return;
            }
            if (restNs > 0) {
                rest(restNs);
            }
        }
    }

    private long turn(long now) {
        try {
            return loop.doWork(now);
        } catch (RuntimeException e) {
            LOG.error("The session loop failed and goes on", e);
            return FAILURE_REST_NS;
        }
    }

    /** A signal that comes between the turn and the rest ends the rest before it begins. */
    private void rest(long ns) {
        resting = true;
        if (!signalled) {
            LockSupport.parkNanos(this, ns);
        }
        resting = false;
    }

    /** There is something to do. Any thread. */
    void wake() {
        signalled = true;
        if (resting) {
            LockSupport.unpark(thread);
        }
    }

    /** Runs a command on the loop's thread, soon. Any thread. */
    void execute(Runnable command) {
        loop.execute(command);
        wake();
    }

    /** See {@link SessionLoop#begin}. */
    void begin(ViewerSession session) {
        loop.begin(session);
        wake();
    }

    /** Asks the loop something and waits for the answer; the other value if it does not come. Any other thread. */
    <T> T ask(Supplier<T> question, T otherwise) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        execute(() -> answer.complete(question.get()));
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return otherwise;
        } catch (ExecutionException | TimeoutException e) {
            return otherwise;
        }
    }

    /** What the loop is asked to do may fail with a reason. */
    interface Order<T> {
        T run() throws KernelException;
    }

    /**
     * Lets the loop do something and waits for the result. Any other thread.
     *
     * @throws KernelException  with the reason why it was not done, or that the loop did not answer
     * @throws OffloadException the same, as the order says it
     */
    <T> T order(Order<T> order) throws KernelException {
        CompletableFuture<T> result = new CompletableFuture<>();
        execute(() -> {
            try {
                result.complete(order.run());
            } catch (KernelException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KernelException("interrupted");
        } catch (TimeoutException e) {
            throw new KernelException("the engine did not answer within " + ANSWER_SECONDS + " s");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OffloadException said) {
                throw said;
            }
            throw e.getCause() instanceof KernelException reason ? reason : new KernelException(e.getCause().toString());
        }
    }

    /** Closes all viewers, within some seconds, and ends the thread. */
    void stop() {
        stopping = true;
        end();
    }

    /** Ends the thread and leaves the viewers for another engine to go on with. */
    void suspend() {
        suspending = true;
        end();
    }

    private void end() {
        wake();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
