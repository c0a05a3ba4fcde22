// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32;

/**
 * Flyweight over what a store's first page says about it: {@link StoreDescriptor}. The identity never changes. The
 * description is text of the store's owner, kept twice: writing overwrites the older one, so that one is always whole.
 */
final class StoreHeader {

    /** Bytes of UTF-8. */
    static final int MAX_DESCRIPTION = StoreDescriptor.DESCRIPTION_BYTES - 16;

    private static final int GENERATION = 0;
    private static final int LENGTH = 8;
    private static final int CHECK = 12;
    private static final int TEXT = 16;

    /** Tells the machine's boots apart (random(4)); without it all are one. */
    private static final UUID BOOT = bootId(Path.of("/proc/sys/kernel/random/boot_id"));

    private final ByteBuffer memory;

    /** @param memory a store's first page at least */
    StoreHeader(ByteBuffer memory) {
        this.memory = memory.duplicate().order(ByteOrder.nativeOrder());
    }

    static UUID bootId(Path file) {
        try {
            return UUID.fromString(Files.readString(file).trim());
        } catch (IOException | IllegalArgumentException e) {
            return new UUID(0, 0);
        }
    }

    /** Writes all but the magic into zeros. Returns the new store's id. */
    long create(int capacity) {
        long id = newId();
        memory.putLong(StoreDescriptor.ID_AT, id);
        memory.putLong(StoreDescriptor.CREATED_AT, System.currentTimeMillis());
        memory.putLong(StoreDescriptor.CAPACITY_AT, capacity);
        memory.putLong(StoreDescriptor.RUNS_AT, StoreDescriptor.runs(capacity));
        memory.putLong(StoreDescriptor.BOOT_AT, BOOT.getMostSignificantBits());
        memory.putLong(StoreDescriptor.BOOT_AT + Long.BYTES, BOOT.getLeastSignificantBits());
        memory.putInt(StoreDescriptor.VERSION_AT, StoreDescriptor.VERSION);
        memory.putInt(StoreDescriptor.CHECK_AT, identityCheck());
        return id;
    }

    /** Not 0 and not -1, with which {@link DurableWord}'s copies would be alike. */
    private static long newId() {
        return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    }

    /** A file without it was not finished by its maker. */
    void finish() {
        memory.putLong(StoreDescriptor.MAGIC_AT, StoreDescriptor.MAGIC);
    }

    /** @throws StoreRefusedException if this is no store of this layout */
    void requireSound(long fileBytes) throws StoreRefusedException {
        require(memory.getLong(StoreDescriptor.MAGIC_AT) == StoreDescriptor.MAGIC, "it does not begin like a store: magic "
                + Long.toHexString(memory.getLong(StoreDescriptor.MAGIC_AT)) + ", not "
                + Long.toHexString(StoreDescriptor.MAGIC));
        require(version() == StoreDescriptor.VERSION, "its layout is of version " + version() + ", not "
                + StoreDescriptor.VERSION);
        require(memory.getInt(StoreDescriptor.CHECK_AT) == identityCheck(), "its identity is damaged");
        require(boot().equals(BOOT), "it was written before the machine restarted, in boot " + boot() + ", not " + BOOT);
        long capacity = memory.getLong(StoreDescriptor.CAPACITY_AT);
        require(capacity > 0 && capacity <= StoreDescriptor.MAX_CAPACITY && capacity % StoreDescriptor.PAGE == 0,
                "its capacity is " + capacity + " bytes, not whole pages up to " + StoreDescriptor.MAX_CAPACITY);
        int runs = StoreDescriptor.runs(capacity());
        require(memory.getLong(StoreDescriptor.RUNS_AT) == runs, "its index has "
                + memory.getLong(StoreDescriptor.RUNS_AT) + " entries, not " + runs);
        require(fileBytes == StoreDescriptor.bytes(capacity()), "it has " + fileBytes + " bytes, not "
                + StoreDescriptor.bytes(capacity()));
    }

    private static void require(boolean sound, String fault) throws StoreRefusedException {
        if (!sound) {
            throw new StoreRefusedException(fault);
        }
    }

    private int version() {
        return memory.getInt(StoreDescriptor.VERSION_AT);
    }

    private UUID boot() {
        return new UUID(memory.getLong(StoreDescriptor.BOOT_AT), memory.getLong(StoreDescriptor.BOOT_AT + Long.BYTES));
    }

    long id() {
        return memory.getLong(StoreDescriptor.ID_AT);
    }

    /** Milliseconds since 1970. */
    long createdMs() {
        return memory.getLong(StoreDescriptor.CREATED_AT);
    }

    int capacity() {
        return (int) memory.getLong(StoreDescriptor.CAPACITY_AT);
    }

    private int identityCheck() {
        return check(StoreDescriptor.ID_AT, StoreDescriptor.IDENTITY_END);
    }

    private int check(int from, int to) {
        var crc = new CRC32();
        crc.update(memory.slice(from, to - from));
        return (int) crc.getValue();
    }

    /** Replaces the description. One writer at a time. */
    void describe(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_DESCRIPTION) {
            throw new IllegalArgumentException("a description of " + bytes.length + " bytes is longer than "
                    + MAX_DESCRIPTION);
        }
        int newest = newest();
        int older = newest == slot(0) ? slot(1) : slot(0);
        memory.putLong(older + GENERATION, newest < 0 ? 1 : memory.getLong(newest + GENERATION) + 1);
        memory.putInt(older + LENGTH, bytes.length);
        memory.put(older + TEXT, bytes);
        memory.putInt(older + CHECK, descriptionCheck(older));
    }

    /**
     * The newest whole description.
     *
     * @throws StoreRefusedException if there is none
     */
    String description() throws StoreRefusedException {
        int newest = newest();
        require(newest >= 0, "its description is damaged");
        byte[] bytes = new byte[memory.getInt(newest + LENGTH)];
        memory.get(newest + TEXT, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int slot(int number) {
        return StoreDescriptor.DESCRIPTION_AT + number * StoreDescriptor.DESCRIPTION_BYTES;
    }

    private int newest() {
        int newest = -1;
        for (int number = 0; number < 2; number++) {
            int slot = slot(number);
            if (isWhole(slot) && (newest < 0 || memory.getLong(slot + GENERATION) > memory.getLong(newest + GENERATION))) {
                newest = slot;
            }
        }
        return newest;
    }

    private boolean isWhole(int slot) {
        int length = memory.getInt(slot + LENGTH);
        return memory.getLong(slot + GENERATION) > 0 && length >= 0 && length <= MAX_DESCRIPTION
                && memory.getInt(slot + CHECK) == descriptionCheck(slot);
    }

    private int descriptionCheck(int slot) {
        var crc = new CRC32();
        crc.update(memory.slice(slot, CHECK));
        crc.update(memory.slice(slot + TEXT, memory.getInt(slot + LENGTH)));
        return (int) crc.getValue();
    }
}
