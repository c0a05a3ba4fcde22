// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.osgi.framework.Version;

/** The packages that a bundle exports: version, and every public or protected class and member, a line each, by javap. */
final class ApiRecord {

    private static final String PACKAGE = "package ";
    private static final Pattern EXPORT = Pattern.compile("([\\w.]+)((?:;[^,\"]+(?:\"[^\"]*\")?)*)(?:,|$)");
    private static final Pattern VERSION = Pattern.compile(";version=\"([^\"]+)\"");

    private record Exported(Version version, SortedSet<String> lines) {
    }

    private final Map<String, Exported> packages = new TreeMap<>();

    private ApiRecord() {
    }

    /** Of a bundle. */
    static ApiRecord of(Path bundle) throws IOException {
        var record = new ApiRecord();
        try (var jar = new JarFile(bundle.toFile())) {
            String exports = jar.getManifest().getMainAttributes().getValue("Export-Package");
            for (Matcher export = EXPORT.matcher(exports); export.find();) {
                Matcher version = VERSION.matcher(export.group(2));
                if (!version.find()) {
                    throw new IllegalStateException(bundle + " exports " + export.group(1) + " without a version");
                }
                String folder = export.group(1).replace('.', '/') + "/";
                List<String> classes = jar.stream().map(entry -> entry.getName())
                        .filter(name -> name.matches(Pattern.quote(folder) + "[^/]+\\.class"))
                        .filter(name -> !name.endsWith("-info.class"))
                        .map(name -> name.replace(".class", "").replace('/', '.')).toList();
                record.packages.put(export.group(1), new Exported(new Version(version.group(1)), lines(bundle, classes)));
            }
        }
        return record;
    }

    private static SortedSet<String> lines(Path bundle, List<String> classes) {
        List<String> arguments = new ArrayList<>(List.of("-protected", "-constants", "-cp", bundle.toString()));
        arguments.addAll(classes);
        var out = new StringWriter();
        var errors = new StringWriter();
        int code = ToolProvider.findFirst("javap").orElseThrow().run(new PrintWriter(out), new PrintWriter(errors),
                arguments.toArray(String[]::new));
        if (code != 0) {
            throw new IllegalStateException("javap: " + errors);
        }
        SortedSet<String> lines = new TreeSet<>();
        String type = null;
        for (String line : out.toString().lines().filter(text -> !text.startsWith("Compiled from"))
                .map(text -> text.strip().replace("synchronized ", "")).toList()) {
            if (line.endsWith("{")) {
                type = line.startsWith("public") ? line.replace(" {", "") : null;
            }
            if (type != null && !line.equals("}")) {
                lines.add(line.endsWith("{") ? type : name(type) + ": " + line);
            }
        }
        return lines;
    }

    private static String name(String type) {
        return type.replaceFirst(".*?(?:class|interface|enum|record) ([\\w.$]+).*", "$1");
    }

    static ApiRecord read(Path file) throws IOException {
        var record = new ApiRecord();
        SortedSet<String> lines = null;
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(PACKAGE)) {
                String[] words = line.split(" ");
                lines = new TreeSet<>();
                record.packages.put(words[1], new Exported(new Version(words[2]), lines));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                lines.add(line);
            }
        }
        return record;
    }

    void write(Path file, String head) throws IOException {
        List<String> all = new ArrayList<>(List.of(head));
        packages.forEach((name, exported) -> {
            all.add("");
            all.add(PACKAGE + name + " " + exported.version);
            all.addAll(exported.lines);
        });
        Files.write(file, all);
    }

    /**
     * What is wrong with the versions of a later state: what was there and is gone needs the next major version, what is new
     * the next minor one (OSGi semantic versioning).
     */
    List<String> complaints(ApiRecord later) {
        List<String> complaints = new ArrayList<>();
        packages.forEach((name, before) -> {
            Exported now = later.packages.get(name);
            if (now == null) {
                complaints.add(name + " is exported no longer");
                return;
            }
            Version least = least(before, now);
            if (now.version.compareTo(least) < 0) {
                complaints.add(name + " has version " + now.version + ", and needs " + least + ": "
                        + difference(before, now));
            }
        });
        return complaints;
    }

    private static Version least(Exported before, Exported now) {
        if (!now.lines.containsAll(before.lines)) {
            return new Version(before.version.getMajor() + 1, 0, 0);
        }
        return now.lines.equals(before.lines) ? before.version
                : new Version(before.version.getMajor(), before.version.getMinor() + 1, 0);
    }

    private static List<String> difference(Exported before, Exported now) {
        List<String> difference = new ArrayList<>();
        before.lines.stream().filter(line -> !now.lines.contains(line)).forEach(line -> difference.add("- " + line));
        now.lines.stream().filter(line -> !before.lines.contains(line)).forEach(line -> difference.add("+ " + line));
        return difference;
    }
}
