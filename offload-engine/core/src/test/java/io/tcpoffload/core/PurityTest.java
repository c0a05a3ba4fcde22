// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The core refers to {@code java.lang}, {@code java.util} and itself, and reads no clock: looked up in the class files. */
class PurityTest {

    private static final Pattern CLASS_NAME = Pattern.compile("(?:^|L|\\[)([a-z]+(?:/[A-Za-z0-9_$]+)+)");
    /** What string concatenation and switch expressions compile to besides plain types. */
    private static final Pattern ALLOWED =
            Pattern.compile("io/tcpoffload/core/.*|java/lang/[A-Z].*|java/lang/invoke/.*|java/util/[A-Z].*");
    private static final Set<String> FORBIDDEN = Set.of("java/lang/System$Logger", "java/lang/Thread", "java/lang/Runtime",
            "java/lang/Process", "java/util/Random", "java/util/Date", "nanoTime", "currentTimeMillis", "getProperty",
            "getenv", "Ljava/io/PrintStream;");

    @Test
    void refersToNothingOutside() throws IOException, URISyntaxException {
        final Path root = Path.of(Sender.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        final List<Path> classes;
        try (Stream<Path> files = Files.walk(root.resolve("io/tcpoffload/core"))) {
            classes = files.filter(f -> f.toString().endsWith(".class")).toList();
        }
        assertTrue(classes.size() >= 20, () -> "only " + classes);
        final Set<String> offences = new TreeSet<>();
        for (final Path file : classes) {
            for (final String text : constants(file)) {
                if (FORBIDDEN.contains(text)) {
                    offences.add(file.getFileName() + ": " + text);
                }
                final Matcher names = CLASS_NAME.matcher(text);
                while (names.find()) {
                    if (!ALLOWED.matcher(names.group(1)).matches()) {
                        offences.add(file.getFileName() + ": " + names.group(1));
                    }
                }
            }
        }
        assertEquals(Set.of(), offences);
    }

    /** The UTF-8 entries of a class file's constant pool (JVMS 4.4): all names of classes, members and descriptors. */
    private static List<String> constants(Path file) throws IOException {
        final List<String> texts = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file); DataInputStream data = new DataInputStream(in)) {
            data.skipNBytes(8);
            final int count = data.readUnsignedShort();
            for (int i = 1; i < count; i++) {
                final int tag = data.readUnsignedByte();
                switch (tag) {
                    case 1 -> texts.add(data.readUTF());
                    case 5, 6 -> {
                        data.skipNBytes(8);
                        i++;
                    }
                    case 7, 8, 16, 19, 20 -> data.skipNBytes(2);
                    case 15 -> data.skipNBytes(3);
                    default -> data.skipNBytes(4);
                }
            }
        }
        return texts;
    }
}
