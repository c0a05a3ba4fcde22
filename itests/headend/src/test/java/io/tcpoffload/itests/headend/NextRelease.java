// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The features of a later version of this product: our bundles have that version, Camel is the same. */
final class NextRelease {

    private static final List<String> BUNDLES =
            List.of("offload-api", "offload-engine", "offload-shell", "camel-tcpoffload", "headend-app");

    private NextRelease() {
    }

    /** Writes bundles and descriptor; returns the descriptor. */
    static Path write(String version) throws IOException {
        Path present = Shipped.features();
        String old = present.getParent().getFileName().toString();
        String xml = Files.readString(present);
        for (String bundle : BUNDLES) {
            xml = xml.replace("mvn:io.tcpoffload/" + bundle + "/" + old, "file:" + Shipped.version(bundle, version));
        }
        xml = xml.replace("tcpoffload-" + old, "tcpoffload-" + version)
                .replace("version=\"" + old + "\"", "version=\"" + version + "\"")
                .replace("[" + old + "," + old + "]", "[" + version + "," + version + "]");
        Path descriptor = Path.of("target/versions/features-" + version + ".xml").toAbsolutePath();
        Files.writeString(descriptor, xml);
        return descriptor;
    }
}
