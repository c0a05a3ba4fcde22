// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoPositionTest {

    @TempDir
    private Path directory;

    @Test
    void anotherOneReadsWhatWasWrittenLast() {
        Path file = directory.resolve("position");
        var position = new DemoPosition(file);
        position.write(Long.MAX_VALUE);
        position.write(41);
        assertEquals(41, new DemoPosition(file).read());
    }

    @Test
    void aFileThatIsMissingOrDamagedMeansTheBeginning() throws IOException {
        Path file = directory.resolve("position");
        assertEquals(0, new DemoPosition(file).read());
        Files.write(file, new byte[] {1, 2, 3});
        assertEquals(0, new DemoPosition(file).read());
        Files.write(file, new byte[] {-1, 0, 0, 0, 0, 0, 0, 0});
        assertEquals(0, new DemoPosition(file).read());
    }
}
