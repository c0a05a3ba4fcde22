// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

/** What the bundles' manifests promise: who is tied to whom, and package versions that tell what has changed. */
class BundlesIT {

    /** Recorded at each release, by this test with -Dbaseline=record. */
    private static final Path BASELINE = Path.of("../../features/baseline");
    private static final String HEAD = "# SPDX-License-Identifier: Apache-2.0. What the last release's bundle exports; "
            + "BundlesIT compares, and writes it with -Dbaseline=record.";
    /** Of bundles that are not updated while viewers watch: our API, the framework, logging, the JVM. */
    private static final Pattern LASTING = Pattern.compile("io\\.tcpoffload\\.api|org\\.osgi\\.framework(\\..+)?"
            + "|org\\.slf4j(\\..+)?|javax?\\..+|sun\\.misc");

    private static List<String> clauses(String artifact, String header) throws IOException {
        try (var jar = new JarFile(Shipped.bundle(artifact).toFile())) {
            String value = jar.getManifest().getMainAttributes().getValue(header);
            return value == null ? List.of() : Stream.of(value.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")).toList();
        }
    }

    /** An import ties a bundle to its exporter: a refresh of the one stops the other. */
    @ParameterizedTest
    @ValueSource(strings = {"offload-engine", "offload-api"})
    void theEngineIsTiedToNothingThatIsUpdatedWhileViewersWatch(String artifact) throws IOException {
        assertEquals(List.of(), clauses(artifact, "Import-Package").stream()
                .filter(clause -> !LASTING.matcher(clause.split(";")[0]).matches()).toList());
        assertEquals(List.of(), clauses(artifact, "Require-Bundle"));
        assertEquals(List.of(), clauses(artifact, "DynamicImport-Package"));
    }

    /** What is exported can be imported, and who imports it goes down with it. */
    @Test
    void onlyApiAndComponentExport() throws IOException {
        for (String artifact : List.of("offload-engine", "offload-shell", "headend-app")) {
            assertEquals(List.of(), clauses(artifact, "Export-Package"), artifact);
        }
    }

    @ParameterizedTest
    @CsvSource({"offload-api", "camel-tcpoffload"})
    void exportedPackagesHaveAVersionThatTellsWhatHasChangedSinceTheLastRelease(String artifact) throws IOException {
        Path file = BASELINE.resolve(artifact + ".txt");
        ApiRecord now = ApiRecord.of(Shipped.bundle(artifact));
        if ("record".equals(System.getProperty("baseline"))) {
            Files.createDirectories(BASELINE);
            now.write(file, HEAD);
        }
        assertEquals(List.of(), ApiRecord.read(file).complaints(now), "raise @Version in package-info.java; or, if that "
                + "version was not released yet, record it anew: BundlesIT with -Dbaseline=record");
    }
}
