// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployedFileTest {

    @TempDir
    private Path folder;
    private final TestContexts contexts = new TestContexts();
    private Path file;
    private DeployedFile deployed;

    private void write(String routeId, String to) throws IOException {
        file = folder.resolve("news.xml");
        Files.writeString(file, "<routes><route id='" + routeId + "'><from uri='timer:t'/><to uri='" + to
                + "'/></route></routes>");
        if (deployed == null) {
            deployed = new DeployedFile(file, contexts);
        }
        deployed.deploy();
    }

    @AfterEach
    void undeploy() {
        deployed.undeploy();
        assertEquals(List.of(), contexts.running());
    }

    @Test
    void runsAndReloads() throws IOException {
        write("a", "log:a");
        assertEquals(List.of("a"), contexts.running());
        write("b", "log:b");
        assertEquals(List.of("b"), contexts.running());
    }

    @Test
    void sameTextIsNotReloaded() throws IOException {
        write("a", "log:a");
        contexts.missing.add("log");
        write("a", "log:a");
        assertEquals(List.of("a"), contexts.running());
    }

    @Test
    void wrongVersionLeavesTheOneBeforeRunning() throws IOException {
        write("a", "log:a");
        write("b", "log:b?foo=1");
        assertEquals(List.of("a"), contexts.running());
        write("c", "log:c");
        assertEquals(List.of("c"), contexts.running());
    }

    @Test
    void versionThatCanNotStartBringsBackTheOneBefore() throws IOException {
        write("a", "log:a");
        write("b", "tcpoffload:news");
        assertEquals(List.of("a"), contexts.running());
        deployed.retry();
        assertEquals(List.of("a"), contexts.running());
    }

    @Test
    void routesThatCouldNotStartAreTriedAgain() throws IOException {
        Path missing = folder.resolve("in");
        file = folder.resolve("news.xml");
        Files.writeString(file, "<routes><route id='a'><from uri='file:" + missing
                + "?autoCreate=false&amp;startingDirectoryMustExist=true'/><to uri='log:a'/></route></routes>");
        deployed = new DeployedFile(file, contexts);
        deployed.deploy();
        assertEquals(List.of(), contexts.running());
        Files.createDirectory(missing);
        deployed.retry();
        assertEquals(List.of("a"), contexts.running());
    }

    @Test
    void waitsForItsComponent() throws IOException {
        contexts.missing.add("log");
        write("a", "log:a");
        assertEquals(List.of(), contexts.running());
        deployed.componentAdded();
        assertEquals(List.of(), contexts.running());
        contexts.missing.clear();
        deployed.componentAdded();
        assertEquals(List.of("a"), contexts.running());
    }

    @Test
    void survivesAnUpdateOfItsComponent() throws IOException {
        write("a", "log:a");
        deployed.componentsRemoved(Set.of("seda", "netty"));
        assertEquals(List.of("a"), contexts.running());
        contexts.missing.add("log");
        deployed.componentsRemoved(Set.of("seda", "log"));
        assertEquals(List.of(), contexts.running());
        contexts.missing.clear();
        deployed.componentAdded();
        assertEquals(List.of("a"), contexts.running());
    }

    @Test
    void afterAnUpdateOfItsComponentAWrongVersionStillYieldsToTheOneBefore() throws IOException {
        write("a", "log:a");
        write("b", "log:b?foo=1");
        contexts.missing.add("log");
        deployed.componentsRemoved(Set.of("seda", "log"));
        contexts.missing.clear();
        deployed.componentAdded();
        assertEquals(List.of("a"), contexts.running());
    }
}
