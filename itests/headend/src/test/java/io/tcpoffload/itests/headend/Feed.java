// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.HttpViewer;
import io.tcpoffload.itests.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;

/** A folder that a route reads segments from, and the segments of one channel that are put there. */
final class Feed implements AutoCloseable {

    private static final int SEGMENT = 188 * 7 * 100;

    private final Path directory;
    private int segments;

    Feed() throws IOException {
        directory = Files.createTempDirectory("itest-feed");
    }

    /** The endpoint that reads the folder. */
    String uri() {
        return "file:" + directory + "?sortBy=file:name&delete=true&delay=100&initialDelay=100";
    }

    /** Puts the next segment into the folder. */
    void put() throws IOException {
        Path half = directory.resolve(".half");
        Files.write(half, Stream.bytes((long) segments * SEGMENT, SEGMENT).array());
        Files.move(half, directory.resolve("%04d.ts".formatted(segments)), StandardCopyOption.ATOMIC_MOVE);
        segments++;
    }

    /** Waits until the route has taken all segments. */
    void awaitTaken() {
        Await.until("the route takes what is in the folder", () -> !hasSegments());
    }

    boolean hasSegments() throws IOException {
        try (var files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(".ts"));
        }
    }

    /** Puts the next segment and checks that the viewer, who has got all before, gets it. */
    void putTo(HttpViewer viewer) throws IOException {
        put();
        assertArrayEquals(Stream.bytes((segments - 1L) * SEGMENT, SEGMENT).array(), viewer.read(SEGMENT));
    }

    /** Checks that a new viewer starts at the start of the newest segment. */
    void checkNewest(HttpViewer viewer) throws IOException {
        assertArrayEquals(Stream.bytes((segments - 1L) * SEGMENT, SEGMENT).array(), viewer.read(SEGMENT));
    }

    @Override
    public void close() throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
