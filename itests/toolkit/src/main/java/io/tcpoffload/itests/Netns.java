// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace with a name of its own, or the host's. Closing it ends what was started in it and removes it;
 * so does the end of the JVM.
 */
public final class Netns implements AutoCloseable {

    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final Set<Netns> OPEN = ConcurrentHashMap.newKeySet();
    private static final long END_OF_PROCESS_SECONDS = 10;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(Netns::close)));
    }

    private final String name;
    private final List<Process> processes = new ArrayList<>();

    private Netns(String name) {
        this.name = name;
    }

    /** Makes a namespace with its loopback device up and TCP timestamps as on a stock kernel. */
    public static Netns create(String purpose) {
        Netns ns = new Netns("tot" + ProcessHandle.current().pid() + "." + COUNTER.incrementAndGet() + purpose);
        Command.run("ip", "netns", "add", ns.name);
        OPEN.add(ns);
        ns.run("ip", "link", "set", "lo", "up");
        ns.sysctl("net.ipv4.tcp_timestamps", "1");
        return ns;
    }

    /** The namespace that the JVM is in; closing it ends only the processes. */
    public static Netns host() {
        Netns ns = new Netns(null);
        OPEN.add(ns);
        return ns;
    }

    /** Null for the host's. */
    public String name() {
        return name;
    }

    /** Runs a program in this namespace to its end; see {@link Command#run(String...)}. */
    public String run(String... command) {
        return Command.run(inside(command));
    }

    /** Starts a program in this namespace; it ends, at the latest, with the namespace. */
    public Process start(ProcessBuilder.Redirect errors, String... command) {
        try {
            Process process = new ProcessBuilder(inside(command)).redirectError(errors).start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sets a kernel variable of this namespace. */
    public void sysctl(String variable, String value) {
        run("sysctl", "-qw", variable + "=" + value);
    }

    @Override
    public void close() {
        if (!OPEN.remove(this)) {
            return;
        }
        processes.forEach(Process::destroy);
        for (Process process : processes) {
            try {
                if (!process.waitFor(END_OF_PROCESS_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            }
        }
        if (name != null) {
            Command.run("ip", "netns", "del", name);
        }
    }

    /** With nsenter, not {@code ip netns exec}, which would hide a mounted bpffs. */
    private List<String> inside(String... command) {
        List<String> all = new ArrayList<>();
        if (name != null) {
            all.add("nsenter");
            all.add("--net=/run/netns/" + name);
        }
        all.addAll(Arrays.asList(command));
        return all;
    }
}
