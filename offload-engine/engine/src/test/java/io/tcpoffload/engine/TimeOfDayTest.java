// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.core.Sender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Somebody sets the clock: nothing of the engine decides by the time of day, so nothing happens. */
class TimeOfDayTest {

    /**
     * For people: when a viewer came, a channel began, was published to or something happened, and the Date of a reply. And
     * files are compared by the dates that they have (RFC 9110 section 13).
     */
    private static final Set<String> MAY_ASK = Set.of("io/tcpoffload/offload/ViewerSession.class",
            "io/tcpoffload/nio/ViewerInfo.class", "io/tcpoffload/channel/MediaChannel.class",
            "io/tcpoffload/channel/StoreHeader.class", "io/tcpoffload/engine/EventHub.class",
            "io/tcpoffload/http/Reply.class", "io/tcpoffload/http/HttpDate.class", "io/tcpoffload/http/ContentReply.class",
            "io/tcpoffload/http/Preconditions.class", "io/tcpoffload/http/Representation.class");

    /** As they stand in a class that calls them; a wait until a date is by the time of day, too. */
    private static final List<String> QUESTIONS = List.of("currentTimeMillis", "java/time/Instant", "java/time/LocalDate",
            "java/time/ZonedDateTime", "java/util/Date", "java/util/Timer", "parkUntil", "awaitUntil");

    @Test
    @Hostile(value = "4-tuple reuse", layer = Layer.CORE)
    void nobodyDecidesByTheTimeOfDay() throws Exception {
        Set<String> asking = new TreeSet<>();
        int classes = 0;
        for (Class<?> inEachModule : List.of(Engine.class, Sender.class)) {
            Path root = Path.of(inEachModule.getProtectionDomain().getCodeSource().getLocation().toURI());
            classes += look(root, asking);
        }
        assertTrue(classes > 200, classes + " classes");
        assertEquals(Set.of(), asking.stream().filter(name -> !MAY_ASK.contains(name)).collect(Collectors.toSet()));
        assertEquals(MAY_ASK, asking, "who does not ask any more needs no leave");
    }

    private static int look(Path root, Set<String> asking) throws IOException {
        try (var archive = Files.isDirectory(root) ? null : FileSystems.newFileSystem(root)) {
            Path top = archive == null ? root : archive.getPath("/");
            try (Stream<Path> files = Files.walk(top)) {
                List<Path> classes = files.filter(file -> file.toString().endsWith(".class")).toList();
                classes.stream().filter(TimeOfDayTest::asks).forEach(file -> asking.add(top.relativize(file).toString()));
                return classes.size();
            }
        }
    }

    private static boolean asks(Path file) {
        try {
            String constants = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            return QUESTIONS.stream().anyMatch(constants::contains);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
