// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Tables of what the tests show")
class TablesTest {

    private static final Path ROOT = Path.of(System.getProperty("repository", "..")).toAbsolutePath().normalize();
    private static final boolean WRITE = "write".equals(System.getProperty("tables"));
    private static final String COMMAND = "mvn -q test -pl docs -am -Dtables=write";

    private static List<Shown> shown;

    @BeforeAll
    static void read() throws IOException {
        shown = new TestSources(ROOT).read();
    }

    @Test
    @DisplayName("docs/tcp-clauses.md is what the tests' @Clause annotations make")
    void clausesAreCurrent() throws IOException {
        check("docs/tcp-clauses.md", new ClauseTable(shown).markdown());
    }

    @Test
    @DisplayName("docs/hostile-input.md is what the tests' @Hostile annotations make")
    void hostileInputIsCurrent() throws IOException {
        check("docs/hostile-input.md", new HostileTable(shown).markdown());
    }

    @Test
    @DisplayName("Every hostile input has its packet or core case, its wire case and its counter")
    void everyHostileInputIsShown() {
        final List<String> missing = new HostileTable(shown).missing();
        assertTrue(missing.isEmpty(), () -> "docs/hostile-input.md has rows that no test shows:\n" + String.join("\n", missing));
    }

    private static void check(String name, String made) throws IOException {
        final Path file = ROOT.resolve(name);
        if (WRITE) {
            Files.writeString(file, made);
        }
        assertTrue(Files.exists(file), () -> name + " is not there; make it: " + COMMAND);
        if (!made.equals(Files.readString(file))) {
            assertEquals(Files.readString(file), made, name + " is not what the tests say; make it anew: " + COMMAND);
        }
    }
}
