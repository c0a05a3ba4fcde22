// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/**
 * Two namespaces, server's and viewers', with a veth pair between them. The thread that makes it lives in the server's
 * until it is closed, and so do the threads and processes it starts: nothing of the machine's own network is touched.
 */
final class VethPair implements AutoCloseable {

    static final String SERVER = "10.213.7.1";
    static final String VIEWER = "10.213.7.2";
    static final String SERVER6 = "fd21:3:7::1";
    static final String VIEWER6 = "fd21:3:7::2";
    static final String DEVICE = "kt0";

    private static final int CLONE_NEWNET = 0x40000000;

    private final String server = "kts" + ProcessHandle.current().pid();
    private final String viewers = "ktv" + ProcessHandle.current().pid();
    private final int home = SocketCalls.open("/proc/thread-self/ns/net", 0);

    VethPair(boolean timestamps) throws Exception {
        try {
            for (String namespace : List.of(server, viewers)) {
                run("ip", "netns", "add", namespace);
                run("ip", "-n", namespace, "link", "set", "lo", "up");
                run("ip", "netns", "exec", namespace, "sysctl", "-qw",
                        "net.ipv4.tcp_timestamps=" + (timestamps ? 1 : 0));
            }
            run("ip", "-n", server, "link", "add", DEVICE, "type", "veth", "peer", "name", "kt1", "netns", viewers);
            run("ip", "-n", server, "addr", "add", SERVER + "/24", "dev", DEVICE);
            run("ip", "-n", server, "addr", "add", SERVER6 + "/64", "dev", DEVICE, "nodad");
            run("ip", "-n", server, "link", "set", DEVICE, "up");
            run("ip", "-n", viewers, "addr", "add", VIEWER + "/24", "dev", "kt1");
            run("ip", "-n", viewers, "addr", "add", VIEWER6 + "/64", "dev", "kt1", "nodad");
            run("ip", "-n", viewers, "link", "set", "kt1", "up");
            enter("/run/netns/" + server);
        } catch (Exception | AssertionError e) {
            close();
            throw e;
        }
    }

    private static void enter(String path) throws KernelException {
        int fd = Errno.check(SocketCalls.open(path, 0), "open(" + path + ")");
        Errno.check(SocketCalls.setns(fd, CLONE_NEWNET), "setns(" + path + ")");
        Libc.close(fd);
    }

    /** Runs on a thread that lives in the viewers' namespace; sockets opened there stay there. */
    <T> T inNamespace(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            enter("/run/netns/" + viewers);
            return work.call();
        });
        Thread thread = new Thread(task, "viewers");
        thread.start();
        return task.get();
    }

    /** Name of their namespace. */
    String viewers() {
        return viewers;
    }

    /** Output of a command in the viewers' namespace. */
    String runInside(String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", viewers));
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    @Override
    public void close() throws Exception {
        Errno.check(SocketCalls.setns(home, CLONE_NEWNET), "setns(home)");
        Libc.close(home);
        for (String namespace : List.of(server, viewers)) {
            try {
                run("ip", "netns", "del", namespace);
            } catch (AssertionError e) {
                // It was not made.
            }
        }
    }
}
