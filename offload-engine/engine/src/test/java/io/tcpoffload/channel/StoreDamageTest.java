// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not what a writer left: refused with the fault's name, or harmless. */
class StoreDamageTest {

    private static final int SIZE = 64 << 10;
    private static final int COPIES = StoreDescriptor.copiesOffset(SIZE);

    @TempDir
    Path directory;
    private long seed;
    private byte[] sound;
    private long tail;
    private long head;

    @BeforeEach
    void fill() throws IOException {
        seed = System.nanoTime();
        var random = new Random(seed);
        try (var store = new SegmentStore(directory, "damage", SIZE, () -> { })) {
            store.describe("text");
            for (int i = 0; i < 200; i++) {
                StoreFiles.appendAny(store, random, directory.resolve("body"));
            }
            for (int i = 0; i < 3; i++) {
                store.append(Pattern.buffer(store.head(), 100), true);
            }
            tail = store.tail();
            head = store.head();
            sound = Files.readAllBytes(store.file());
        }
    }

    private Path file(byte[] bytes) throws IOException {
        return StoreFiles.write(directory.resolve("damaged.store"), bytes);
    }

    /** Whether it is refused; if not, it has to hold what it held. */
    private boolean refusesOrHolds(byte[] bytes, String what) throws IOException {
        StoreState state;
        try {
            state = StoreState.of(file(bytes));
        } catch (StoreRefusedException e) {
            assertFalse(e.getMessage().contains("\n"), e.getMessage());
            return true;
        }
        String where = what + ", seed " + seed;
        assertEquals(head, state.head(), where);
        assertEquals(tail, state.tail(), where);
        try (var store = SegmentStore.reopen(directory.resolve("damaged.store"), () -> { })) {
            assertEquals(head - tail, StoreCheck.requirePattern(store), where);
        }
        return false;
    }

    private static byte[] flip(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return flipped;
    }

    @Test
    void anySingleBitOfItsNumbersIsRefusedOrOutvoted() throws IOException {
        int refused = 0;
        int[][] ranges = {{0, 136}, {StoreDescriptor.NEXT_AT, StoreDescriptor.NEXT_AT + 24},
            {StoreDescriptor.FIRST_AT, StoreDescriptor.FIRST_AT + 8}, {COPIES, COPIES + 32}};
        for (int[] range : ranges) {
            for (int bit = range[0] * 8; bit < range[1] * 8; bit++) {
                refused += refusesOrHolds(flip(sound, bit), "bit " + bit) ? 1 : 0;
            }
        }
        assertEquals(8 * StoreDescriptor.IDENTITY_END, refused, "identity alone is not kept thrice");
    }

    @Test
    void anySingleBitOfItsRunsIsRefusedOrNotUsed() throws IOException {
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 700; i++) {
            int bits = StoreDescriptor.runs(SIZE) * StoreDescriptor.RUN_BYTES * 8;
            int bit = StoreDescriptor.RUN_AT * 8 + random.nextInt(bits);
            refused += refusesOrHolds(flip(sound, bit), "bit " + bit) ? 1 : 0;
        }
        assertTrue(refused > 0, "seed " + seed);
    }

    /** The other description is the one before. */
    @Test
    void anySingleBitOfItsDescriptionIsNoticed() throws IOException {
        for (int bit = 0; bit < 8 * 20; bit++) {
            for (int slot = 0; slot < 2; slot++) {
                int at = StoreDescriptor.DESCRIPTION_AT + slot * StoreDescriptor.DESCRIPTION_BYTES;
                String text = StoreState.of(file(flip(sound, 8 * at + bit))).description();
                assertTrue(text.equals("text") || text.equals(""), text);
            }
        }
    }

    @Test
    void damageOfAnyKindIsRefusedOrHarmless() throws IOException {
        var random = new Random(seed);
        int media = StoreDescriptor.mediaOffset(StoreDescriptor.runs(SIZE));
        for (int i = 0; i < 500; i++) {
            byte[] damaged = sound.clone();
            int length = 1 + random.nextInt(64);
            boolean front = random.nextInt(4) > 0;
            int at = front ? random.nextInt(media - length) : COPIES + random.nextInt(64);
            for (int b = at; b < at + length; b++) {
                damaged[b] = random.nextBoolean() ? 0 : (byte) random.nextInt();
            }
            try {
                refusesOrHolds(damaged, length + " bytes at " + at);
            } catch (AssertionError e) {
                throw new AssertionError(length + " bytes at " + at + ", seed " + seed, e);
            }
        }
    }

    @Test
    void namesWhatIsWrong() throws IOException {
        refuses(new byte[sound.length], "does not begin like a store: magic 0");
        refuses(with(StoreDescriptor.VERSION_AT, 2), "layout is of version 2, not 1");
        refuses(with(StoreDescriptor.CAPACITY_AT, SIZE * 2), "identity is damaged");
        for (int length : new int[] {sound.length - 4096, sound.length + 1}) {
            refuses(Arrays.copyOf(sound, length), "it has " + length + " bytes, not " + sound.length);
        }
        refuses(new byte[100], "it has 100 bytes");
        refuses(word(StoreDescriptor.HEAD_AT, StoreDescriptor.HEAD_AT + 8, head + 100_000), "its bytes are from");
        refuses(word(StoreDescriptor.TAIL_AT, COPIES + StoreDescriptor.TAIL_COPIES, head + 1), "its bytes are from");
        refuses(word(StoreDescriptor.TAIL_AT, COPIES + StoreDescriptor.TAIL_COPIES, head - SIZE - 1), "its bytes are from");
        refuses(word(StoreDescriptor.NEXT_AT, StoreDescriptor.NEXT_AT + 8, 5), "its runs are from");
        long next = StoreState.of(file(sound)).next();
        refuses(word(StoreDescriptor.NEXT_AT, StoreDescriptor.NEXT_AT + 8, next + 1), "run " + next + " is damaged");
        byte[] copies = sound.clone();
        Arrays.fill(copies, COPIES, COPIES + 32, (byte) 0);
        refuses(copies, "tail is damaged");
    }

    /** On a disk it would be there again, and no page of it could be relied on. */
    @Test
    void refusesAFileOfAnotherBoot() throws IOException {
        byte[] other = sound.clone();
        ByteBuffer buffer = ByteBuffer.wrap(other).order(ByteOrder.nativeOrder());
        buffer.putLong(StoreDescriptor.BOOT_AT, 0x1234);
        var crc = new CRC32();
        crc.update(buffer.slice(StoreDescriptor.ID_AT, StoreDescriptor.IDENTITY_END - StoreDescriptor.ID_AT));
        buffer.putInt(StoreDescriptor.CHECK_AT, (int) crc.getValue());
        refuses(other, "before the machine restarted, in boot 00000000-0000-1234");
    }

    private void refuses(byte[] bytes, String why) throws IOException {
        Path file = file(bytes);
        for (Executable open : new Executable[] {
            () -> StoreState.of(file), () -> SegmentStore.reopen(file, () -> { })}) {
            StoreRefusedException refused = assertThrows(StoreRefusedException.class, open, why);
            assertTrue(refused.getMessage().contains(why) && refused.getMessage().startsWith(file.toString()),
                    refused.getMessage());
        }
    }

    private byte[] with(int at, int value) {
        byte[] changed = sound.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.nativeOrder()).putInt(at, value);
        return changed;
    }

    /** All three of a word. */
    private byte[] word(int at, int copiesAt, long value) {
        byte[] changed = sound.clone();
        ByteBuffer buffer = ByteBuffer.wrap(changed).order(ByteOrder.nativeOrder());
        long id = buffer.getLong(StoreDescriptor.ID_AT);
        buffer.putLong(at, value).putLong(copiesAt, ~value).putLong(copiesAt + 8, value ^ id);
        return changed;
    }

    /** Written over in a way that no check of one number finds: the numbers do not fit each other. */
    @Test
    void refusesNumbersThatContradictEachOther() throws IOException {
        StoreState state = StoreState.of(file(sound));
        assertEquals("text", state.description());
        refuses(word(StoreDescriptor.FIRST_AT, COPIES + StoreDescriptor.FIRST_COPIES, state.next()), "are in no run");
        refuses(word(StoreDescriptor.FIRST_AT, COPIES + StoreDescriptor.FIRST_COPIES, state.next() - 1), "after its tail");
        refuses(word(StoreDescriptor.NEWEST_JOIN_POINT_AT, StoreDescriptor.NEWEST_JOIN_POINT_AT + 8, 1),
                "its newest join point is 1");
    }

    /** A body that did not fit before the memory's end lies at its beginning: fewer bytes are left than fit. */
    @Test
    void refusesATailFromWhichBytesAreOverwritten() throws IOException {
        try (var store = new SegmentStore(directory, "tail", SIZE, () -> { })) {
            store.append(Pattern.buffer(0, SIZE - 100), true);
            store.append(Pattern.buffer(SIZE - 100, 200), true);
            assertEquals(200, store.tail());
            sound = Files.readAllBytes(store.file());
        }
        refuses(word(StoreDescriptor.TAIL_AT, COPIES + StoreDescriptor.TAIL_COPIES, 199),
                "its byte 199 at 199 is overwritten");
    }
}
