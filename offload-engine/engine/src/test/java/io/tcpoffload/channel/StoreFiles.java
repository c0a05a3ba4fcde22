// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;

/** Appends of all kinds, and files as a former engine leaves them. */
final class StoreFiles {

    private StoreFiles() {
    }

    /** Appends one body of a random kind and size. */
    static void appendAny(SegmentStore store, Random random, Path scratch) throws IOException {
        int most = random.nextInt(30) == 0 ? store.capacity() : random.nextInt(3) == 0 ? 100 : 5000;
        int length = 1 + random.nextInt(most);
        boolean joinPoint = random.nextInt(3) == 0;
        byte[] body = Pattern.bytes(store.head(), length);
        switch (random.nextInt(8)) {
            case 0 -> {
                Files.write(scratch, body);
                store.append(scratch, joinPoint);
            }
            case 1, 2 -> store.append(new ByteArrayInputStream(body), joinPoint, () -> true);
            default -> store.append(Pattern.buffer(store.head(), length), joinPoint);
        }
    }

    /** A store's file with these bytes. */
    static Path write(Path file, byte[] bytes) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.write(file, bytes);
    }

    /** Reopens it, checks every byte, and goes on with it for a while. */
    static long requireSound(Path file, Random random) throws IOException {
        try (SegmentStore store = SegmentStore.reopen(file, () -> { })) {
            StoreCheck.requirePattern(store);
            long head = store.head();
            for (int i = 0; i < 3; i++) {
                int length = 1 + random.nextInt(store.capacity() / 2);
                store.append(Pattern.buffer(store.head(), length), random.nextBoolean());
            }
            StoreCheck.requirePattern(store);
            return head;
        }
    }
}
