// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A player that watches and decodes some time of a stream, and writes down each packet's time: ffprobe. */
final class Probe implements AutoCloseable {

    /** Longer than the stream lasts that is watched. */
    private static final int PATIENCE_SECONDS = 60;
    /** Longest distance between two packets of one stream; a frame lasts 40 ms. */
    private static final double MOST_GAP_SECONDS = 0.5;

    private final Process ffprobe;
    private final int seconds;
    private final Path packets;
    private final Path messages;

    private Probe(Process ffprobe, int seconds, Path packets, Path messages) {
        this.ffprobe = ffprobe;
        this.seconds = seconds;
        this.packets = packets;
        this.messages = messages;
    }

    /**
     * Starts to watch.
     *
     * @param seconds of the stream's own time
     */
    static Probe start(String url, int seconds, String name) throws IOException {
        Path packets = Path.of("target", name + "-packets.csv");
        Path messages = Path.of("target", name + "-messages.txt");
        return new Probe(new ProcessBuilder("ffprobe", "-v", "warning", "-count_frames", "-read_intervals", "%+" + seconds,
                "-show_entries", "packet=stream_index,dts_time", "-of", "csv=p=0", url)
                .redirectOutput(packets.toFile()).redirectError(messages.toFile()).start(), seconds, packets, messages);
    }

    /** Waits for the end of that time: no message, and the times of each stream go on evenly. */
    void check() throws IOException, InterruptedException {
        assertTrue(ffprobe.waitFor(seconds + PATIENCE_SECONDS, TimeUnit.SECONDS), "ffprobe does not end");
        assertEquals("", Files.readString(messages));
        assertEquals(0, ffprobe.exitValue());
        Map<String, Double> first = new HashMap<>();
        Map<String, Double> last = new HashMap<>();
        for (String line : Files.readAllLines(packets)) {
            if (line.isBlank()) {
                continue;
            }
            String[] words = line.split(",");
            double time = Double.parseDouble(words[1]);
            first.putIfAbsent(words[0], time);
            Double before = last.put(words[0], time);
            assertTrue(before == null || time > before && time - before < MOST_GAP_SECONDS,
                    "stream " + words[0] + " goes from " + before + " to " + time);
        }
        assertEquals(2, last.size(), "streams");
        last.forEach((stream, time) -> assertTrue(time - first.get(stream) > seconds - 1,
                "stream " + stream + " lasts from " + first.get(stream) + " to " + time));
    }

    @Override
    public void close() {
        ffprobe.destroyForcibly();
    }
}
