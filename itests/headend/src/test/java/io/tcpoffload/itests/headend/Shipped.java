// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import io.tcpoffload.itests.BundleJar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What of ours is in the distribution, as the build has put it together. */
final class Shipped {

    private static final Path SYSTEM = Path.of("../../features/distribution/target/assembly/system/io/tcpoffload");

    private Shipped() {
    }

    /** A bundle. */
    static Path bundle(String artifact) {
        return find(artifact, ".jar");
    }

    /** A copy of a bundle as another version of itself, to update it from. */
    static Path version(String artifact, String version) throws IOException {
        return BundleJar.withVersion(bundle(artifact), version,
                Path.of("target/versions", artifact + "-" + version + ".jar").toAbsolutePath());
    }

    /** The feature descriptor. */
    static Path features() {
        return find("tcpoffload-features", "-features.xml");
    }

    private static Path find(String artifact, String ending) {
        try (var files = Files.walk(SYSTEM.resolve(artifact))) {
            return files.filter(file -> file.toString().endsWith(ending)).findFirst().orElseThrow().toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
