// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.engine.EngineConfig;
import io.tcpoffload.engine.Main;
import io.tcpoffload.itests.Stream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the system lacks what offload needs, the ordinary transport serves the same, and one line says why. */
@Timeout(60)
class FallbackIT {

    private static final String INSTANCE = "fallback" + ProcessHandle.current().pid();
    private static final int BYTES = 500_000;
    private static final String WITHOUT_CAPABILITIES = "exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"";
    private static final String LIBBPF = "$(readlink -f /lib/*-linux-gnu/libbpf.so.1)";

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        WITHOUT_CAPABILITIES + "|offload needs privileges|run as root",
        "exec setarch --uname-2.6 \"$@\"|offload needs kernel 5.17|install a kernel",
        "exec unshare -m sh -c 'mount --bind /dev/null " + LIBBPF + " && exec \"$@\"' sh \"$@\"|offload needs libbpf|apt install",
        "exec unshare -m sh -c 'mount -t tmpfs none /sys/fs && exec \"$@\"' sh \"$@\"|offload needs BPF file system|mount -t bpf"})
    void servesByTheOrdinaryTransportAndSaysWhy(String without, String cause, String remedy) throws Exception {
        String said = play(without, "transport=auto");
        assertTrue(said.contains("by NIO") && said.contains(cause) && said.contains(remedy), said);
    }

    @Test
    void servesViewersOfADeviceItIsNotAttachedTo() throws Exception {
        String said = play("exec \"$@\"", "devices=nosuch0");
        assertTrue(said.contains("by OFFLOAD"), said);
    }

    @Test
    void refusesWhenOffloadIsAllThatIsWanted() throws Exception {
        Process engine = start(WITHOUT_CAPABILITIES, 0, "transport=offload");
        try (BufferedReader said = engine.errorReader()) {
            String all = said.lines().collect(Collectors.joining("\n"));
            assertTrue(engine.waitFor(20, TimeUnit.SECONDS) && engine.exitValue() == 2, all);
            assertTrue(all.contains("wants transport=offload") && !all.contains("\tat "), all);
        }
    }

    /** Serves one viewer, who has to get every byte; the answer is what the engine said when it started. */
    private String play(String without, String setting) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Process engine = start(without, port, setting);
        try (BufferedReader said = engine.errorReader(); OutputStream media = engine.getOutputStream()) {
            List<String> lines = new ArrayList<>();
            String line;
            while ((line = said.readLine()) != null) {
                lines.add(line);
                if (line.startsWith("http://")) {
                    break;
                }
            }
            assertTrue(line != null, lines::toString);
            view(port, media);
            return line;
        } finally {
            engine.destroy();
            assertTrue(engine.waitFor(20, TimeUnit.SECONDS));
            assertFalse(Files.exists(Path.of("/sys/fs/bpf/tcpoffload", INSTANCE)));
            assertFalse(Files.exists(EngineConfig.defaults().storeDirectory().resolve(INSTANCE)));
        }
    }

    private void view(int port, OutputStream media) throws IOException {
        ByteBuffer published = Stream.bytes(0, BYTES);
        byte[] expected = new byte[BYTES];
        published.get(expected);
        media.write(expected);
        media.flush();
        try (InputStream viewer = URI.create("http://127.0.0.1:" + port + "/live").toURL().openStream()) {
            assertArrayEquals(expected, viewer.readNBytes(BYTES));
        }
    }

    /** @param without a shell command that runs "$@" in a system that lacks something */
    private Process start(String without, int port, String setting) throws IOException {
        return new ProcessBuilder("sh", "-c", without, "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Main.class.getName(), "listener=127.0.0.1:" + port,
                "instance=" + INSTANCE, setting).start();
    }
}
