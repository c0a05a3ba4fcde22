// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Writes bundles as a build would. A file appears whole, because a deployer may be watching. */
public final class BundleJar {

    private BundleJar() {
    }

    /**
     * Writes a bundle of classes of this class path, version 1.0.0.
     *
     * @param activator with its nested and helping classes behind it; the first one is named in the manifest
     * @param headers   further ones of the manifest
     */
    public static void write(Path jar, String name, Map<String, String> headers, Class<?>... activator) throws IOException {
        var manifest = new Manifest();
        Map<String, String> all = new LinkedHashMap<>(Map.of("Manifest-Version", "1.0", "Bundle-ManifestVersion", "2",
                "Bundle-SymbolicName", name, "Bundle-Version", "1.0.0", "Bundle-Activator", activator[0].getName()));
        all.putAll(headers);
        all.forEach(manifest.getMainAttributes()::putValue);
        Path half = Files.createTempFile(name, ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(half), manifest)) {
            for (Class<?> type : List.of(activator)) {
                String entry = type.getName().replace('.', '/') + ".class";
                out.putNextEntry(new JarEntry(entry));
                try (InputStream in = type.getClassLoader().getResourceAsStream(entry)) {
                    in.transferTo(out);
                }
            }
        }
        Files.move(half, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Copies a bundle as another version of itself. */
    public static Path withVersion(Path jar, String version, Path copy) throws IOException {
        Files.createDirectories(copy.getParent());
        Path half = Files.createTempFile("bundle", ".jar");
        try (var in = new JarFile(jar.toFile())) {
            Manifest manifest = in.getManifest();
            manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), version);
            try (var out = new JarOutputStream(Files.newOutputStream(half), manifest)) {
                for (JarEntry entry : in.stream().filter(e -> !e.getName().equals(JarFile.MANIFEST_NAME)).toList()) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    in.getInputStream(entry).transferTo(out);
                }
            }
        }
        return Files.move(half, copy, StandardCopyOption.REPLACE_EXISTING);
    }
}
