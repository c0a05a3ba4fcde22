// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.ChannelInfo;
import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.DeviceInfo;
import io.tcpoffload.api.Drain;
import io.tcpoffload.api.EngineInfo;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.SystemFeature;
import io.tcpoffload.api.TransportMode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Action;

/** An engine with two channels and two viewers that never change. */
final class FakeEngine implements OffloadEngine {

    /** What a command prints. */
    static String output(Action command) throws Exception {
        PrintStream stdout = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            command.execute();
        } finally {
            System.setOut(stdout);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public Publisher openChannel(ChannelSpec spec) {
        throw new UnsupportedOperationException("the commands only look");
    }

    @Override
    public EngineInfo info() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("framesSent", 12L);
        counters.put("dropsNoWindow", 0L);
        return new EngineInfo("1.0.0", TransportMode.NIO, "not root: run as root for offload",
                List.of("127.0.0.1:8080", "127.0.0.1:8090"), List.of(new DeviceInfo("lo", 1, 65536, 2, 12)),
                List.of(new SystemFeature("bpffs", true, "mounted at /sys/fs/bpf", ""),
                        new SystemFeature("libbpf", false, "libbpf.so.1 not found", "apt install libbpf1")),
                counters);
    }

    @Override
    public List<ChannelInfo> channels() {
        return List.of(channel("demo", 1), channel("news", 1));
    }

    @Override
    public List<SessionInfo> sessions() {
        return List.of(session(7, "demo"), session(8, "news"));
    }

    @Override
    public List<String> drain(Drain drain) {
        return List.of("drained " + drain.present() + " " + drain.redirect());
    }

    @Override
    public void endDrain() {
        // nothing to end
    }

    @Override
    public String control(String line) {
        if (line.startsWith("abort")) {
            throw new OffloadException("session 9 is unknown");
        }
        return "did " + line;
    }

    @Override
    public void handBack(long session) {
        if (session != 7) {
            throw new OffloadException("session " + session + " does not exist");
        }
    }

    private static ChannelInfo channel(String name, int viewers) {
        return new ChannelInfo(name, "127.0.0.1:8080", TransportMode.NIO, "asked for", 1, viewers, 5, 1_500_000,
                20_000_000_000L, 0, 0);
    }

    private static SessionInfo session(long id, String channel) {
        return new SessionInfo(id, "10.0.0.2:4000" + id, "10.0.0.1:8080", channel, TransportMode.OFFLOAD, "lo",
                "ESTABLISHED", 1_000_000, 64_240, 64_000, 240, 14_600, 1_250, 3, 0);
    }
}
