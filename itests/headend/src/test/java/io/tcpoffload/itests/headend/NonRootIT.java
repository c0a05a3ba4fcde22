// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Command;
import io.tcpoffload.itests.HttpViewer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A user without privileges: everything plays by the ordinary transport, and it is said why. */
@Timeout(180)
class NonRootIT {

    private static final String USER = "nobody";
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    @Test
    void demoPlaysByTheOrdinaryTransportAndTheReasonIsTold() throws IOException {
        Path tree = builtTree();
        try (Headend headend = Headend.of(USER, tree.resolve("headend"), tree.resolve("home"))) {
            String banner = headend.start();
            assertTrue(banner.contains("NIO: offload needs privileges: missing: CAP_NET_ADMIN")
                    && banner.contains("run as root"), banner);
            String info = headend.shell("offload:info");
            assertTrue(info.contains("NIO") && info.contains("offload needs privileges"), info);
            assertTrue(headend.log().contains("viewers are served by the ordinary transport: offload needs privileges"));
            try (HttpViewer viewer = HttpViewer.open(headend.listener(), "/demo")) {
                assertEquals(0x47, viewer.read(188)[0]);
                assertTrue(headend.shell("offload:sessions").contains("NIO"));
            }
        } finally {
            Command.run("rm", "-rf", tree.toString());
        }
    }

    /** What {@code ./headend} needs of the built source tree, where that user can read it and write beside it. */
    private static Path builtTree() throws IOException {
        Path tree = Files.createTempDirectory("headend-" + USER);
        Command.run("sh", "-c", "cd '" + ROOT + "' && cp -a --parents headend pom.xml features/launcher "
                + "offload-engine/engine/src/main/resources/io/tcpoffload/kernel/leftovers.sh "
                + "features/distribution/target/tcpoffload-headend-*.tar.gz '" + tree + "'");
        for (String module : new String[] {"offload-engine", "camel-component", "headend-app"}) {
            Files.createDirectories(tree.resolve(module));
        }
        Command.run("chown", "-R", USER, tree.toString());
        return tree;
    }
}
