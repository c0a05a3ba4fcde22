// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.channel.SegmentStore;
import io.tcpoffload.itests.Command;
import io.tcpoffload.kernel.Resumption;
import io.tcpoffload.kernel.SessionTable;
import io.tcpoffload.offload.StateCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an engine has outside its process, as it is at one moment: the process stands still while it is copied, so that it
 * is what a power cut of that process would leave.
 */
record StateCopy(byte[] sessions, byte[] journals, List<Path> stores) {

    private static final Pattern VALUE = Pattern.compile("\"value\":\\[([^\\]]*)\\]");

    /**
     * @param pid       of the engine
     * @param directory an empty one for copies of the stores
     */
    static StateCopy of(long pid, Path pins, Path storeDirectory, Path directory) throws IOException {
        Command.run("kill", "-STOP", Long.toString(pid));
        try (Stream<Path> files = Files.list(storeDirectory)) {
            List<Path> stores = files.filter(file -> file.toString().endsWith(".store"))
                    .map(file -> copy(file, directory.resolve(file.getFileName()))).toList();
            return new StateCopy(dump(pins.resolve("sessions")), dump(pins.resolve("resumption")), stores);
        } finally {
            Command.run("kill", "-CONT", Long.toString(pid));
        }
    }

    private static Path copy(Path from, Path to) {
        Command.run("cp", "-p", from.toString(), to.toString());
        return to;
    }

    private static byte[] dump(Path map) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Matcher values = VALUE.matcher(Command.run("bpftool", "-j", "map", "dump", "pinned", map.toString()));
        while (values.find()) {
            for (String hex : values.group(1).split(",")) {
                bytes.write(Integer.decode(hex.replace("\"", "")));
            }
        }
        return bytes.toByteArray();
    }

    /** Bits flipped at random in one of its parts. */
    StateCopy damaged(Random random) {
        byte[] records = sessions.clone();
        byte[] logs = journals.clone();
        byte[] victim = random.nextBoolean() ? records : logs;
        for (int i = 0; i < 1 + random.nextInt(64); i++) {
            victim[random.nextInt(victim.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return new StateCopy(records, logs, stores);
    }

    /** What another engine would do with it. */
    List<StateCheck.Verdict> check() throws IOException {
        Map<Long, SegmentStore> byId = new HashMap<>();
        for (Path file : stores) {
            SegmentStore store = SegmentStore.reopen(file, () -> { });
            byId.put(store.id(), store);
        }
        try {
            return StateCheck.of(SessionTable.copy(sessions), Resumption.copy(journals), byId::get);
        } finally {
            byId.values().forEach(SegmentStore::suspend);
        }
    }
}
