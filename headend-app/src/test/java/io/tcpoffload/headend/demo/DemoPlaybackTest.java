// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.headend.demo.DemoProgramme.Piece;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programme in ffprobe and ffmpeg (Debian: ffmpeg), which print a line for whatever they find wrong in it. */
class DemoPlaybackTest {

    private static final int PIECES_A_ROUND = 40;
    private static final int PIECES_A_SECOND = 5;
    private static final long PIECE_NS = 200_000_000;

    @TempDir
    Path directory;

    @Test
    void playsOverThreeSeamsWithoutAWarning() throws Exception {
        Path file = record(0, 4 * PIECES_A_ROUND);

        assertDecodes(file);
        assertSteps(file, "v", 4 * 200, 3600);
        assertSteps(file, "a", 4 * 375, 1920);
    }

    @Test
    void playsFromEachKeyframeOnWithoutAWarning() throws Exception {
        for (int second = 0; second < 9; second++) {
            Path file = record(second * PIECES_A_SECOND, 2 * PIECES_A_SECOND);

            assertDecodes(file);
            assertSteps(file, "v", 2 * 25, 3600);
        }
    }

    private static void assertDecodes(Path file) throws Exception {
        assertEquals(List.of(),
                run("ffmpeg", "-v", "warning", "-nostdin", "-xerror", "-i", file.toString(), "-f", "null", "-"));
    }

    private static void assertSteps(Path file, String stream, int frames, long step) throws Exception {
        List<Long> times = run("ffprobe", "-v", "warning", "-select_streams", stream, "-show_entries", "packet=pts",
                "-of", "default=nokey=1:noprint_wrappers=1", file.toString()).stream().map(Long::parseLong).toList();
        assertEquals(frames, times.size());
        for (int i = 1; i < frames; i++) {
            assertEquals(step, times.get(i) - times.get(i - 1), "step to frame " + i + " of stream " + stream);
        }
    }

    /** Writes the programme from piece {@code from} on to a file. */
    private Path record(int from, int count) throws IOException {
        Path file = directory.resolve("from-" + from + ".ts");
        DemoProgramme programme = DemoProgramme.open();
        try (OutputStream out = Files.newOutputStream(file); WritableByteChannel channel = Channels.newChannel(out)) {
            for (int i = 0; i < from + count; i++) {
                Piece piece = programme.next(i * PIECE_NS);
                if (i >= from) {
                    channel.write(piece.media());
                }
            }
        }
        return file;
    }

    /** Runs a tool to its end; the lines it printed, errors among them. */
    private static List<String> run(String... command) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new AssertionError(command[0] + " is needed for this test: apt-get install ffmpeg", e);
        }
        List<String> lines = new ArrayList<>();
        try (var reader = process.inputReader()) {
            reader.lines().filter(line -> !line.isBlank()).forEach(lines::add);
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> Arrays.toString(command) + " did not end");
        assertEquals(0, process.exitValue(), () -> Arrays.toString(command) + ": " + lines);
        return lines;
    }
}
