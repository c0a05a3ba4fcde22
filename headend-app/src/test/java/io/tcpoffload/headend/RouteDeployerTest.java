// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteDeployerTest {

    @TempDir
    private Path folder;
    private final TestContexts contexts = new TestContexts();
    private RouteDeployer deployer = new RouteDeployer(contexts, List.of());

    @AfterEach
    void deactivate() {
        deployer.deactivate();
        assertEquals(List.of(), contexts.running());
    }

    private File write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toFile();
    }

    private static String route(String id) {
        return "<routes><route id='" + id + "'><from uri='timer:t'/><to uri='log:x'/></route></routes>";
    }

    private void assertRunning(String... ids) throws InterruptedException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!contexts.running().equals(List.of(ids)) && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertEquals(List.of(ids), contexts.running());
    }

    @Test
    void runsFilesUntilTheyAreRemoved() throws Exception {
        File a = write("a.xml", route("a"));
        File b = write("b.yaml", "- route:\n    id: b\n    from:\n      uri: timer:b\n      steps:\n      - to: log:b\n");
        deployer.install(a);
        deployer.install(b);
        assertRunning("a", "b");
        deployer.uninstall(a);
        assertRunning("b");
    }

    @Test
    void runsFilesThatWereThereBeforeIt() throws Exception {
        File a = write("a.xml", route("a"));
        File other = write("features.xml", "<features xmlns='http://karaf.apache.org/xmlns/features/v1.6.0'/>");
        deployer.deactivate();
        deployer = new RouteDeployer(contexts, List.of(a.toPath(), other.toPath()));
        assertRunning("a");
    }

    @Test
    void oneWrongFileHoldsUpNoOther() throws Exception {
        deployer.install(write("a.xml", "<routes><route>"));
        deployer.install(write("b.xml", route("b")));
        assertRunning("b");
    }

    @Test
    void handlesItsFilesUntilTheyAreSomebodyElses() throws Exception {
        File a = write("a.xml", "");
        assertFalse(deployer.canHandle(a));
        write("a.xml", route("a"));
        assertTrue(deployer.canHandle(a));
        deployer.install(a);
        write("a.xml", "");
        assertTrue(deployer.canHandle(a), "broken, and still ours to report");
        assertTrue(a.delete());
        assertTrue(deployer.canHandle(a), "gone, and ours to stop");
        write("a.xml", "<features/>");
        assertFalse(deployer.canHandle(a));
    }

    @Test
    void stopsRoutesOfComponentsThatGoAndStartsThemWhenTheyAreBack() throws Exception {
        deployer.install(write("a.xml", route("a")));
        assertRunning("a");
        contexts.missing.add("log");
        deployer.removeComponent(new ResolverReference("timer", "log"));
        assertEquals(List.of(), contexts.running(), "stopped before the call returns");
        contexts.missing.clear();
        deployer.addComponent(new ResolverReference("log"));
        assertRunning("a");
        deployer.removeComponent(new ResolverReference("seda"));
        assertRunning("a");
    }

    @Test
    void callsAfterItsEndDoNothing() throws Exception {
        deployer.deactivate();
        deployer.install(write("a.xml", route("a")));
        assertRunning();
    }
}
