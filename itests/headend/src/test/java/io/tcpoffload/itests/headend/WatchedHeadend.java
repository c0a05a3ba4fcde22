// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.Command;
import io.tcpoffload.itests.KernelSockets;
import io.tcpoffload.itests.LossProgram;
import io.tcpoffload.itests.Netns;
import io.tcpoffload.itests.Snmp;
import io.tcpoffload.itests.Veth;
import io.tcpoffload.itests.Viewer;
import io.tcpoffload.itests.ViewerFarm;
import io.tcpoffload.itests.ViewerFarm.Silence;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A headend with an operator's feed, and viewers in a namespace of their own who count every byte. */
final class WatchedHeadend implements AutoCloseable {

    static final int PORT = 8090;
    static final String CHANNEL = "test";
    /** Ours, by symbolic name. */
    static final List<String> BUNDLES = List.of("io.tcpoffload.api", "io.tcpoffload.engine", "io.tcpoffload.shell",
            "io.tcpoffload.camel", "io.tcpoffload.headend");
    static final int PIECE = 188 * 7 * 10;
    static final int PERIOD_MILLIS = 100;
    /** So many pieces more show that a stream goes on. */
    private static final int PIECES_ON = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int FIRST_SUBNET = 201;
    private static final int SUBNETS = 55;

    /** What is done to the headend. */
    interface Action {
        void run() throws Exception;
    }

    final Headend headend;
    final Netns host = Netns.host();
    final Netns viewers = Netns.create("v");
    final Veth veth;
    final ViewerFarm farm;
    private final String instance;
    private final Snmp snmp;
    private int watching;
    private int others;

    /** Starts it, with its engine on a device of its own. */
    WatchedHeadend(String name, String... settings) throws IOException {
        veth = Veth.connect(host, viewers, FIRST_SUBNET + (int) (ProcessHandle.current().pid() % SUBNETS));
        snmp = new Snmp(viewers);
        instance = "it" + ProcessHandle.current().pid() + "-" + name;
        headend = Headend.named(name);
        String[] all = new String[settings.length + 2];
        all[0] = "devices = " + veth.serverDevice();
        all[1] = "instance = " + instance;
        System.arraycopy(settings, 0, all, 2, settings.length);
        headend.discard();
        headend.configure(all);
        headend.start();
        feed(CHANNEL, "?detachGrace=60s");
        farm = farm(CHANNEL);
    }

    String listener() {
        return veth.serverAddress() + ":" + PORT;
    }

    String instance() {
        return instance;
    }

    Path deploy(String name) {
        return headend.file("deploy").resolve(name);
    }

    /** Drops a bundle into {@code deploy/} that feeds the channel, or drops it anew with other options of the endpoint. */
    Path feed(String channel, String options) throws IOException {
        Path jar = deploy("feed-" + channel + ".jar");
        FeedBundle.write(jar, channel, listener(), options, PIECE, PERIOD_MILLIS);
        return jar;
    }

    ViewerFarm farm(String channel) {
        return new ViewerFarm(viewers, veth.serverAddress(), PORT, "/" + channel);
    }

    /** Opens viewers, and returns when the engine serves all of them. */
    void join(int count) {
        awaitOpen(CHANNEL);
        farm.open(count);
        watching += count;
        awaitCarriedOn();
        assertServed();
    }

    void awaitOpen(String channel) {
        Await.until("channel " + channel + " is open", () -> headend.shell("offload:channels").contains(channel + " "));
    }

    LossProgram loss(double chance, long seed) {
        var link = new LossProgram(viewers, veth.viewerDevice());
        link.towardsViewers(chance, 0, seed);
        link.fromViewers(chance, 0, seed + 1);
        return link;
    }

    /**
     * Does something, and checks that all viewers are still served, and right to the byte.
     *
     * @return the longest time that one of them got nothing
     */
    long during(String what, Action action) throws Exception {
        farm.silence();
        action.run();
        awaitCarriedOn();
        Silence silence = farm.silence();
        System.out.printf("%-60s pause of %5d ms at the most, %5d ms for the viewer in the middle%n", what,
                silence.longestMillis(), silence.medianMillis());
        assertServed();
        return silence.longestMillis();
    }

    /** Waits until every viewer has got more than any of them has now. */
    void awaitCarriedOn() {
        long newest = farm.report().stream().mapToLong(Viewer::end).max().orElse(0) + (long) PIECES_ON * PIECE;
        farm.await(PATIENCE, v -> !v.state().equals("head") && !v.state().equals("connecting") && v.end() >= newest
                || isLost(v));
    }

    static boolean isLost(Viewer v) {
        return v.state().equals("reset") || v.state().equals("eof") || v.state().equals("failed");
    }

    /** So many viewers of other channels may be in the kernel's table, too. */
    void expectOthers(int count) {
        others = count;
    }

    /** Nobody lost, no byte wrong, nobody twice in the kernel, nobody on a socket. */
    void assertServed() {
        assertEquals(List.of(), farm.report().stream()
                .filter(v -> !v.exact() || !v.state().equals("open") || v.status() != 200).limit(5).toList());
        assertEquals(0, KernelSockets.established(host, PORT));
        Await.until("flows of all viewers are in the kernel, and no more", () -> flows() == watching + others);
    }

    /** How many connections the receive hook looks after. */
    long flows() {
        return Command.run("bpftool", "-j", "map", "dump", "pinned", "/sys/fs/bpf/tcpoffload/" + instance + "/flows")
                .split("\"key\":\\[", -1).length - 1;
    }

    Map<String, Long> faults() {
        return snmp.faults();
    }

    @Override
    public void close() throws IOException {
        farm.close();
        headend.close();
        veth.close();
        viewers.close();
        host.close();
    }
}
