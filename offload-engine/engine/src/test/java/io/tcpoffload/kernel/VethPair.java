// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** A veth pair: one end here, the viewers' end in a namespace of its own. */
final class VethPair implements AutoCloseable {

    static final String SERVER = "10.213.7.1";
    static final String VIEWER = "10.213.7.2";

    private static final int CLONE_NEWNET = 0x40000000;

    private final String namespace = "ktest" + ProcessHandle.current().pid();
    private final String device = "kt" + ProcessHandle.current().pid() % 1_000_000;
    private final String peer = device + "p";

    VethPair() throws Exception {
        try {
            run("ip", "netns", "add", namespace);
            run("ip", "link", "add", device, "type", "veth", "peer", "name", peer);
            run("ip", "link", "set", peer, "netns", namespace);
            run("ip", "addr", "add", SERVER + "/24", "dev", device);
            run("ip", "link", "set", device, "up");
            run("ip", "-n", namespace, "addr", "add", VIEWER + "/24", "dev", peer);
            run("ip", "-n", namespace, "link", "set", peer, "up");
            run("ip", "-n", namespace, "link", "set", "lo", "up");
        } catch (IOException | AssertionError e) {
            close();
            throw e;
        }
    }

    String device() {
        return device;
    }

    /** Runs on a thread that lives in the viewers' namespace; sockets opened there stay there. */
    <T> T inNamespace(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            int fd = SocketCalls.open("/run/netns/" + namespace, 0);
            Errno.check(SocketCalls.setns(fd, CLONE_NEWNET), "setns");
            Libc.close(fd);
            return work.call();
        });
        Thread thread = new Thread(task, "viewers");
        thread.start();
        return task.get();
    }

    /** Output of a command in the namespace. */
    String runInside(String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
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
        try {
            run("ip", "link", "del", device);
        } catch (AssertionError e) {
            // It was not made.
        }
        run("ip", "netns", "del", namespace);
    }
}
