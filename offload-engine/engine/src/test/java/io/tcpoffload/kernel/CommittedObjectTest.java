// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The object in the bundle is what its source beside it compiles to. */
class CommittedObjectTest {

    /** Programs, their relocations, maps, constants, licence: what the kernel gets. BTF may name types otherwise. */
    private static final String MEANING = "tc|\\.text|\\.rel(tc|\\.text)|\\.maps|\\.rodata|license";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"tcpoffload", "socket"})
    void isWhatTheSourceCompilesTo(String source) throws Exception {
        Path fresh = directory.resolve("fresh.o");
        VethPair.run("src/main/bpf/build", fresh.toString(), source);
        assertEquals(meaning(Files.readAllBytes(fresh)), meaning(KernelObject.image(source + ".bpf.o")),
                "run offload-engine/engine/src/main/bpf/build and commit the object (made with "
                        + VethPair.run("clang", "--version").lines().findFirst().orElse("?") + " here)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcpoffload", "socket"})
    void carriesNoPathOfTheMachineThatBuiltIt(String source) throws Exception {
        String text = new String(KernelObject.image(source + ".bpf.o"), StandardCharsets.ISO_8859_1);
        assertFalse(text.contains(Path.of("").toAbsolutePath().toString()));
        assertFalse(text.contains("/src/main/bpf"));
    }

    /** Sections of a 64-bit ELF file by name, as hexadecimal digits. */
    private static Map<String, String> meaning(byte[] elf) {
        ByteBuffer file = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
        int table = (int) file.getLong(40);
        int entry = file.getShort(58);
        int count = file.getShort(60);
        int names = (int) file.getLong(table + file.getShort(62) * entry + 24);
        Map<String, String> sections = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            int header = table + i * entry;
            String name = name(elf, names + file.getInt(header));
            if (name.matches(MEANING)) {
                int from = (int) file.getLong(header + 24);
                sections.put(name, HexFormat.of().formatHex(elf, from, from + (int) file.getLong(header + 32)));
            }
        }
        return sections;
    }

    private static String name(byte[] elf, int from) {
        int end = from;
        while (elf[end] != 0) {
            end++;
        }
        return new String(elf, from, end - from, StandardCharsets.US_ASCII);
    }
}
