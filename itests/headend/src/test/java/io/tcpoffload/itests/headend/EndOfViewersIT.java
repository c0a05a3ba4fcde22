// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.Command;
import io.tcpoffload.itests.Leftovers;
import io.tcpoffload.itests.Viewer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How viewers end when nobody shall or will go on with them, and what is on the machine meanwhile. */
@Timeout(240)
class EndOfViewersIT {

    private static final int VIEWERS = 50;
    private static final int GRACE_SECONDS = 8;
    /** The guard counts seconds, and waits for one more. */
    private static final int GUARD_SECONDS = 5;
    /** The grace counts from the last sign of life, which a busy machine may hold up. */
    private static final int SIGN_OF_LIFE_SECONDS = 2;

    private WatchedHeadend watched;

    @BeforeEach
    void start() throws IOException {
        watched = new WatchedHeadend("end", "grace = " + GRACE_SECONDS);
        watched.join(VIEWERS);
    }

    @AfterEach
    void stop() throws IOException {
        watched.close();
    }

    private void awaitAll(String state, int seconds) {
        List<Viewer> all = watched.farm.await(Duration.ofSeconds(seconds), v -> v.state().equals(state));
        assertEquals(List.of(), all.stream().filter(v -> !v.exact()).toList());
    }

    private void assertNothingLeft() throws IOException {
        assertEquals(List.of(), watched.headend.leftovers());
        Await.none("left on devices", Leftovers::onIdleDevices);
        // It looks every second whether it is still needed.
        Await.none("the guard", this::guards);
    }

    private List<String> guards() {
        return ProcessHandle.allProcesses().filter(process -> process.info().arguments()
                .map(words -> List.of(words).contains(watched.instance())).orElse(false)).map(Object::toString).toList();
    }

    @Test
    void aStopEndsAllStreamsInOrder() throws IOException {
        assertEquals(0, watched.headend.run("stop").code());
        awaitAll("eof", 1);
        assertNothingLeft();
    }

    @Test
    void aStopAfterAKillResetsThem() throws IOException {
        watched.headend.kill();
        assertEquals(0, watched.headend.run("stop").code());
        awaitAll("reset", 1);
        assertNothingLeft();
    }

    @Test
    void ifNobodyComesBackTheyAreResetWhenTheGraceIsOver() throws IOException {
        watched.headend.kill();
        long killed = System.nanoTime();
        assertOwnersAlone();
        awaitAll("reset", GRACE_SECONDS + GUARD_SECONDS);
        long seconds = Duration.ofNanos(System.nanoTime() - killed).toSeconds();
        assertTrue(seconds >= GRACE_SECONDS - SIGN_OF_LIFE_SECONDS, "after " + seconds + " s");
        Await.until("the guard has cleaned up", () -> watched.headend.leftovers().isEmpty());
        assertNothingLeft();
    }

    /** What a killed engine leaves is to be read by nobody else: it has addresses and media. */
    private void assertOwnersAlone() throws IOException {
        List<String> open = new ArrayList<>();
        for (Path directory : List.of(Path.of("/sys/fs/bpf/tcpoffload", watched.instance()),
                Path.of("/dev/shm/tcpoffload-root", watched.instance()))) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.toList()) {
                    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                    if (!mode.equals(Files.isDirectory(path) ? "rwx------" : "rw-------")) {
                        open.add(path + " " + mode);
                    }
                }
            }
            assertThrows(IllegalStateException.class,
                    () -> Command.run("runuser", "-u", "nobody", "--", "ls", directory.toString()));
        }
        assertEquals(List.of(), open);
    }
}
