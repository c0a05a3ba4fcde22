// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Waits until no CPU is between the receive hook and the socket with a packet that the hook has let through.
 *
 * <p>From tc ingress to the socket a packet is handled in one softirq, with bottom halves disabled, so without being
 * preempted: in an interrupt's tail, in ksoftirqd, in a threaded NAPI poll ({@code napi_threaded_poll} disables bottom
 * halves, too), or in the system call of a local sender. (Receive packet steering and the per-CPU backlog of lo and veth
 * come before tc ingress.) So while an ordinary thread runs on a CPU, no packet is half way there; and what the hook
 * sees there afterwards, it sees with the state that was written before. Hence: the calling thread visits each online CPU
 * but the one that it is on, once, by its affinity, some 20 µs each, and as a real-time thread, which does not wait there
 * for others to have had their turn (a softirq it does wait for: bottom halves that are disabled are not preempted by it
 * either). Packets that wait in the backlog of a socket somebody holds are not lost: entering repair mode takes the
 * socket's lock, which has them handled first.
 *
 * <p>Where the reasoning does not hold - PREEMPT_RT, whose softirqs are preempted - or a cpuset or a CPU that goes
 * offline forbids the visit, it is membarrier(GLOBAL), a grace period of RCU, under which packets are received: six
 * milliseconds on an idle machine. Thread-safe.
 */
final class ReceivePathBarrier implements AutoCloseable {

    private static final String ONLINE = "/sys/devices/system/cpu/online";
    private static final int O_CLOEXEC = 0x80000;
    private static final int TEXT_BYTES = 4096;
    private static final Path VERSION = Path.of("/proc/version");
    private static final int MEMBARRIER_GLOBAL = 1;
    /** Room for 8192 CPUs, the most that Linux can have (CONFIG_NR_CPUS) on the machines we run on. */
    private static final int MASK_BYTES = 1024;
    private static final int CALLING_THREAD = 0;
    private static final int[] NONE = {};
    private static final int NONE_OPEN = -1;

    private final Memory old = new Memory(MASK_BYTES);
    private final Memory one = new Memory(MASK_BYTES);
    private final Memory text = new Memory(TEXT_BYTES);
    private final int online;
    private byte[] known = {};
    private int[] cpus = NONE;
    private long visits;

    ReceivePathBarrier() {
        this(visitable());
    }

    /** @param visit false to use the grace period always */
    ReceivePathBarrier(boolean visit) {
        online = visit ? Libc.open(ONLINE, O_CLOEXEC) : NONE_OPEN;
    }

    private static boolean visitable() {
        try {
            return !Files.readString(VERSION).contains("PREEMPT_RT");
        } catch (IOException e) {
            return false;
        }
    }

    synchronized void await() throws KernelException {
        if (visitAtOnce()) {
            visits++;
            return;
        }
        long number = System.getProperty("os.arch").equals("aarch64") ? 283 : 324;
        Errno.check((int) Libc.syscall(number, MEMBARRIER_GLOBAL, 0, 0), "membarrier(GLOBAL)");
    }

    /** How often the fast way was gone. */
    synchronized long visits() {
        return visits;
    }

    /** What is not allowed to be a real-time thread does it as it is. */
    private boolean visitAtOnce() {
        boolean raised = Urgency.raise();
        try {
            return visitEveryCpu();
        } finally {
            if (raised) {
                Urgency.lower();
            }
        }
    }

    private boolean visitEveryCpu() {
        int[] all = online();
        if (all.length == 0 || Libc.sched_getaffinity(CALLING_THREAD, MASK_BYTES, old) < 0) {
            return false;
        }
        int here = Libc.sched_getcpu();
        try {
            for (int cpu : all) {
                if (cpu != here && !visit(cpu)) {
                    return false;
                }
            }
            return true;
        } finally {
            Libc.sched_setaffinity(CALLING_THREAD, MASK_BYTES, old);
        }
    }

    /** The call returns when the thread runs there. */
    private boolean visit(int cpu) {
        long word = cpu / Long.SIZE * (long) Long.BYTES;
        if (word >= MASK_BYTES) {
            return false;
        }
        one.clear();
        one.setLong(word, 1L << cpu % Long.SIZE);
        return Libc.sched_setaffinity(CALLING_THREAD, MASK_BYTES, one) == 0;
    }

    /** None when they are not known. Read each time: CPUs come and go. */
    private int[] online() {
        int length = (int) Libc.pread(online, text, TEXT_BYTES, 0);
        if (length <= 0 || length == TEXT_BYTES) {
            return NONE;
        }
        byte[] now = text.getByteArray(0, length);
        if (!Arrays.equals(now, known)) {
            cpus = parse(new String(now, StandardCharsets.US_ASCII).trim());
            known = now;
        }
        return cpus;
    }

    /** Such as {@code 0-3,8}. */
    private static int[] parse(String ranges) {
        try {
            return Arrays.stream(ranges.split(",")).map(range -> range.split("-")).flatMapToInt(range -> IntStream.rangeClosed(
                    Integer.parseInt(range[0]), Integer.parseInt(range[range.length - 1]))).toArray();
        } catch (NumberFormatException e) {
            return NONE;
        }
    }

    @Override
    public void close() {
        if (online != NONE_OPEN) {
            Libc.close(online);
        }
    }
}
