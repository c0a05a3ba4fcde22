// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Annotations in test sources")
class TestSourcesTest {

    @TempDir
    private Path root;

    private List<Shown> read(String body) throws IOException {
        final Path source = root.resolve("some/src/test/java/SomeTest.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, "import io.tcpoffload.clauses.Clause;\n" + body);
        return new TestSources(root).read();
    }

    @Test
    @DisplayName("Those of classes and methods are found, repeated ones too, strings and constants joined")
    void findsAnnotations() throws IOException {
        final List<Shown> shown = read("""
                @Clause(rfc = "RFC 1", does = "all")
                class SomeTest {
                    private static final String ONE = "one (";
                    @Clause(rfc = "RFC 2", section = "3.4", does = ONE + "or two)", way = Way.LINUX)
                    @Hostile(value = "blind", layer = WIRE, counter = "a, b")
                    @Other("no matter")
                    void some(int isn) { }
                    // @Clause(rfc = "RFC 3", does = "a comment")
                    void other() { String s = "@Clause"; }
                }
                """);
        assertEquals(3, shown.size());
        final Path source = Path.of("some/src/test/java/SomeTest.java");
        assertEquals(new Shown("Clause", Map.of("rfc", "RFC 1", "does", "all"), source, "SomeTest", ""), shown.get(0));
        assertEquals(new Shown("Clause", Map.of("rfc", "RFC 2", "section", "3.4", "does", "one (or two)", "way", "LINUX"),
                source, "SomeTest", "some"), shown.get(1));
        assertEquals(new Shown("Hostile", Map.of("value", "blind", "layer", "WIRE", "counter", "a, b"), source, "SomeTest",
                "some"), shown.get(2));
        assertEquals("[SomeTest.some](../some/src/test/java/SomeTest.java)", shown.get(2).link());
    }

    @Test
    @DisplayName("An attribute that the source does not say is refused with the place")
    void refusesConstants() {
        final IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> read("class SomeTest { @Clause(rfc = name(), does = \"\") void some() { } }"));
        assertTrue(e.getMessage().contains("SomeTest.java"), e.getMessage());
    }

    @Test
    @DisplayName("A row is named by the beginning of its text; what fits none, or several, is refused with the rows")
    void namesRows() {
        assertEquals(HostileInput.ROWS.get(3), HostileInput.of("Blind segment"));
        for (final String wrong : new String[] {"", "blind man", "ACK"}) {
            assertThrows(IllegalArgumentException.class, () -> HostileInput.of(wrong));
        }
        for (final HostileInput row : HostileInput.ROWS) {
            assertEquals(row, HostileInput.of(row.input()));
        }
    }

    @Test
    @DisplayName("A row lacks its wire case, its packet case or its counter until there is one")
    void saysWhatIsMissing() throws IOException {
        final HostileTable some = new HostileTable(read("""
                class SomeTest {
                    @Hostile(value = "blind", layer = Layer.WIRE) void wire() { }
                    @Hostile(value = "fragments", layer = Layer.WIRE) void w() { }
                    @Hostile(value = "fragments", layer = Layer.PACKET, counter = "drop_fragment") void p() { }
                    @Hostile(value = "tiny MSS", layer = Layer.CORE, counter = "mss_clamped") void c() { }
                }
                """));
        final List<String> missing = some.missing();
        assertTrue(missing.contains("blind segment with random seq/ack: no PACKET case, no counter"), missing::toString);
        assertTrue(missing.contains("tiny MSS, MSS above the device: no WIRE case"), missing::toString);
        assertTrue(missing.stream().noneMatch(line -> line.startsWith("fragments")), missing::toString);
        assertEquals(HostileInput.ROWS.size() - 1, missing.size());
    }
}
