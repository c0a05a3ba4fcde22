// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateSourceTest {

    @TempDir
    Path directory;

    /** Reads when it is told to. */
    private final ArrayDeque<Runnable> reads = new ArrayDeque<>();
    private final Extent extent = new Extent();
    private final PrivateSource source = source(new byte[0], 0);

    private PrivateSource source(byte[] initial, int sent) {
        return new PrivateSource("test", initial, sent, this::later);
    }

    private void later(FileChannel file, long offset, int length, PrivateSource.Reader.Result result) {
        reads.add(() -> {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            try {
                while (bytes.hasRemaining() && file.read(bytes, offset + bytes.position()) >= 0) {
                    Thread.onSpinWait();
                }
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            result.read(bytes.hasRemaining() ? null : bytes.array());
        });
    }

    private byte[] copy(PrivateSource from, long at, int length) {
        ByteBuffer to = ByteBuffer.allocate(length + 2);
        assertTrue(from.copy(at, 0, length, to, 1));
        return java.util.Arrays.copyOfRange(to.array(), 1, length + 1);
    }

    @Test
    void beginsWithWhatItsConnectionHadNotAcknowledged() {
        PrivateSource adopted = source(new byte[] {1, 2, 3, 4, 5}, 2);
        assertEquals(2, adopted.position());
        assertEquals(3, adopted.lag());
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5}, copy(adopted, 0, 5));
        adopted.appendZeros(2);
        assertArrayEquals(new byte[] {4, 5, 0, 0}, copy(adopted, 3, 4));
    }

    @Test
    void piecesAreSentWithoutASeamAndPushedAtTheirEnds() {
        source.append(new byte[] {7, 8});
        source.appendZeros(100_000);
        source.append(new byte[] {9});
        assertEquals(Step.DATA, source.next(extent));
        assertEquals(100_003, extent.length());
        byte[] all = copy(source, 0, 100_003);
        assertEquals(8, all[1]);
        assertEquals(0, all[70_000]);
        assertEquals(9, all[100_002]);
        assertTrue(source.pushedAt(2));
        assertFalse(source.pushedAt(3));
        assertTrue(source.pushedAt(100_002));
    }

    @Test
    void keepsEverythingUntilItIsAcknowledged() {
        source.append(new byte[] {1, 2, 3});
        source.append(new byte[] {4, 5, 6});
        source.advance(6);
        source.acknowledged(2);
        assertTrue(source.locate(2, extent));
        assertFalse(source.locate(1, extent));
        assertArrayEquals(new byte[] {3, 4}, copy(source, 2, 2));
        source.acknowledged(6);
        assertFalse(source.locate(5, extent));
        assertEquals(Step.NONE, source.next(extent));
    }

    @Test
    void aFileIsReadALittleAhead() throws Exception {
        byte[] content = new byte[PrivateSource.READ_AHEAD_BYTES + 3 * PrivateSource.READ_BYTES + 5];
        new java.util.Random(3).nextBytes(content);
        FileChannel file = FileChannel.open(Files.write(directory.resolve("file"), content));
        source.append(file, content.length);
        source.append(new byte[] {42});
        int most = 0;
        long position = 0;
        while (position < content.length + 1) {
            while (!reads.isEmpty()) {
                reads.poll().run();
            }
            most = Math.max(most, (int) source.lag());
            int length = (int) Math.min(100_000, source.lag());
            byte[] part = copy(source, position, length);
            for (int i = 0; i < length; i++) {
                long at = position + i;
                assertEquals(at < content.length ? content[(int) at] : 42, part[i]);
            }
            position += length;
            source.advance(length);
            source.acknowledged(position);
        }
        assertTrue(most <= PrivateSource.READ_AHEAD_BYTES, "" + most);
        assertFalse(file.isOpen());
    }

    @Test
    void aFileThatCannotBeReadOnEndsTheStream() throws Exception {
        FileChannel file = FileChannel.open(Files.write(directory.resolve("short"), new byte[10]));
        source.append(file, 20);
        reads.poll().run();
        assertEquals(Step.CLOSE, source.next(extent));
        assertEquals(CloseReason.LOST, source.closeReason());
    }

    @Test
    void endsAfterTheLastByte() {
        source.appendZeros(10);
        source.finish();
        assertTrue(source.endsAt(10));
        assertFalse(source.endsAt(9));
        assertEquals(Step.DATA, source.next(extent));
        source.advance(10);
        assertEquals(Step.CLOSE, source.next(extent));
        assertEquals(CloseReason.CHANNEL_CLOSED, source.closeReason());
        assertThrows(IllegalArgumentException.class, () -> source.appendZeros(1));
    }

    @Test
    void appendsAreBounded() {
        for (int i = 0; i < PrivateSource.MAX_APPENDS; i++) {
            source.appendZeros(1);
        }
        assertThrows(IllegalArgumentException.class, () -> source.appendZeros(1));
        source.advance(10);
        source.acknowledged(10);
        source.appendZeros(1);
        assertThrows(IllegalArgumentException.class, () -> source.appendZeros(PrivateSource.MAX_BYTES));
    }

    @Test
    void closedItForgetsWhatItWaitedFor() throws Exception {
        FileChannel file = FileChannel.open(Files.write(directory.resolve("unread"), new byte[1000]));
        source.append(file, 1000);
        source.close();
        assertFalse(file.isOpen());
    }
}
