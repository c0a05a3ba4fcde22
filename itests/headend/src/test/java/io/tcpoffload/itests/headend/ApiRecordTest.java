// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiRecordTest {

    private static final String ONE = "public interface a.One";
    private static final String METHOD = "One: public abstract void go();";

    @TempDir
    private Path directory;

    private ApiRecord record(String version, String... lines) throws IOException {
        Path file = Files.createTempFile(directory, "api", ".txt");
        Files.writeString(file, "# head\n\npackage a " + version + "\n" + String.join("\n", lines) + "\n");
        return ApiRecord.read(file);
    }

    @Test
    void theSameNeedsNoOtherVersion() throws IOException {
        assertEquals(List.of(), record("1.0.0", ONE, METHOD).complaints(record("1.0.0", METHOD, ONE)));
    }

    @Test
    void whatIsNewNeedsAnotherMinorVersion() throws IOException {
        ApiRecord before = record("1.2.3", ONE);
        assertEquals(List.of("a has version 1.2.9, and needs 1.3.0: [+ " + METHOD + "]"),
                before.complaints(record("1.2.9", ONE, METHOD)));
        assertEquals(List.of(), before.complaints(record("1.3.0", ONE, METHOD)));
    }

    @Test
    void whatIsGoneNeedsAnotherMajorVersion() throws IOException {
        ApiRecord before = record("1.2.3", ONE, METHOD);
        assertEquals(List.of("a has version 1.3.0, and needs 2.0.0: [- " + METHOD + "]"),
                before.complaints(record("1.3.0", ONE)));
        assertEquals(List.of(), before.complaints(record("2.0.0", ONE)));
    }
}
