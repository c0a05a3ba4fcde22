// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Waits until no CPU is between the receive hook and the socket with a packet that the hook has let through.
 *
 * <p>From tc ingress to the socket a packet is handled in one softirq, with bottom halves disabled, so without being
 * preempted: in an interrupt's tail, in ksoftirqd, in a threaded NAPI poll ({@code napi_threaded_poll} disables bottom
 * halves, too), or in the system call of a local sender. (Receive packet steering and the per-CPU backlog of lo and veth
 * come before tc ingress.) So while an ordinary thread runs on a CPU, no packet is half way there; and what the hook
 * sees there afterwards, it sees with the state that was written before. Hence: the calling thread visits each online CPU
 * once by its affinity, some 20 µs each, and as a real-time thread, which does not wait there for others to have had
 * their turn (a softirq it does wait for: bottom halves that are disabled are not preempted by it either). Packets that wait in the backlog of a socket somebody holds are not lost:
 * entering repair mode takes the socket's lock, which has them handled first.
 *
 * <p>Where the reasoning does not hold - PREEMPT_RT, whose softirqs are preempted - or a cpuset or a CPU that goes
 * offline forbids the visit, it is membarrier(GLOBAL), a grace period of RCU, under which packets are received: six
 * milliseconds on an idle machine. Thread-safe.
 */
final class ReceivePathBarrier implements AutoCloseable {

    private static final String ONLINE = "/sys/devices/system/cpu/online";
    private static final Path VERSION = Path.of("/proc/version");
    private static final int MEMBARRIER_GLOBAL = 1;
    /** Room for 8192 CPUs, the most that Linux can have (CONFIG_NR_CPUS) on the machines we run on. */
    private static final int MASK_BYTES = 1024;
    private static final int CALLING_THREAD = 0;

    private final Memory old = new Memory(MASK_BYTES);
    private final Memory one = new Memory(MASK_BYTES);
    private final byte[] text = new byte[4096];
    private final RandomAccessFile online;
    private long visits;

    ReceivePathBarrier() {
        this(visitable());
    }

    /** @param visit false to use the grace period always */
    ReceivePathBarrier(boolean visit) {
        online = visit ? openOnline() : null;
    }

    private static boolean visitable() {
        try {
            return !Files.readString(VERSION).contains("PREEMPT_RT");
        } catch (IOException e) {
            return false;
        }
    }

    private static RandomAccessFile openOnline() {
        try {
            return new RandomAccessFile(ONLINE, "r");
        } catch (IOException e) {
            return null;
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
        String cpus = online();
        if (cpus.isEmpty() || Libc.sched_getaffinity(CALLING_THREAD, MASK_BYTES, old) < 0) {
            return false;
        }
        try {
            for (String range : cpus.split(",")) {
                int dash = range.indexOf('-');
                int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
                int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
                for (int cpu = first; cpu <= last; cpu++) {
                    if (!visit(cpu)) {
                        return false;
                    }
                }
            }
            return true;
        } catch (NumberFormatException e) {
            return false;
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

    /** Such as {@code 0-3,8}; empty when it is not known. Read each time: CPUs come and go. */
    private String online() {
        if (online == null) {
            return "";
        }
        try {
            online.seek(0);
            int length = online.read(text);
            return length <= 0 || length == text.length ? ""
                    : new String(text, 0, length, StandardCharsets.US_ASCII).trim();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        if (online != null) {
            online.close();
        }
    }
}
