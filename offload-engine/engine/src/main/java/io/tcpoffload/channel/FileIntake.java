// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.LongAdder;

/**
 * Reads files straight into a store's memory. With direct I/O (open(2), O_DIRECT) the disk controller's DMA engine
 * writes the payload there and the processor never touches it; the last, partial block is read the ordinary way.
 */
final class FileIntake {

    /** Below this the page cache is cheaper than waiting for the disk. */
    static final int DIRECT_MIN_BYTES = 64 << 10;
    private static final OpenOption DIRECT = directOption();

    private final ByteBuffer memory;
    private final LongAdder direct = new LongAdder();
    private final LongAdder buffered = new LongAdder();

    FileIntake(ByteBuffer memory) {
        this.memory = memory;
    }

    /** From the platform's loader, by name: in OSGi a bundle has no wire to this package. */
    private static OpenOption directOption() {
        try {
            Object[] options = Class.forName("com.sun.nio.file.ExtendedOpenOption", true,
                    ClassLoader.getPlatformClassLoader()).getEnumConstants();
            for (Object option : options) {
                if (option.toString().equals("DIRECT")) {
                    return (OpenOption) option;
                }
            }
        } catch (ClassNotFoundException e) {
            return null;
        }
        return null;
    }

    /** Files read by direct I/O. */
    long direct() {
        return direct.sum();
    }

    /** Files read by ordinary I/O. */
    long buffered() {
        return buffered.sum();
    }

    Source open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " is not a regular file that can be read");
        }
        FileChannel ordinary = FileChannel.open(file, StandardOpenOption.READ);
        try {
            long size = ordinary.size();
            return new Source(file, ordinary, size, size >= DIRECT_MIN_BYTES ? openDirect(file) : null);
        } catch (IOException | RuntimeException e) {
            ordinary.close();
            throw e;
        }
    }

    /** Null where the file system knows no direct I/O, or asks for more alignment than the store gives. */
    private static FileChannel openDirect(Path file) {
        if (DIRECT == null) {
            return null;
        }
        try {
            long block = Files.getFileStore(file).getBlockSize();
            return SegmentStore.ALIGNMENT % block == 0
                    ? FileChannel.open(file, StandardOpenOption.READ, DIRECT) : null;
        } catch (IOException | UnsupportedOperationException e) {
            return null;
        }
    }

    /** One open file. */
    final class Source implements Closeable {
        private final Path file;
        private final FileChannel ordinary;
        private final long size;
        private final FileChannel raw;

        private Source(Path file, FileChannel ordinary, long size, FileChannel raw) {
            this.file = file;
            this.ordinary = ordinary;
            this.size = size;
            this.raw = raw;
        }

        long size() {
            return size;
        }

        /** What the memory offset given to {@link #read} must be a multiple of. */
        int alignment() {
            return raw == null ? 1 : SegmentStore.ALIGNMENT;
        }

        void read(int memoryOffset, int length) throws IOException {
            int done = 0;
            if (raw != null) {
                done = readDirect(memoryOffset, length / SegmentStore.ALIGNMENT * SegmentStore.ALIGNMENT);
            }
            ByteBuffer rest = memory.slice(memoryOffset + done, length - done);
            while (rest.hasRemaining()) {
                if (ordinary.read(rest, done + rest.position()) < 0) {
                    throw new EOFException(file + " ended after " + (done + rest.position()) + " of " + length
                            + " bytes; publish files that are no longer written to");
                }
            }
            (done > 0 ? direct : buffered).increment();
        }

        /** Stops early, at a whole block, when the file system goes back on its word: the ordinary read takes over. */
        private int readDirect(int memoryOffset, int length) {
            ByteBuffer blocks = memory.slice(memoryOffset, length);
            try {
                while (blocks.hasRemaining() && raw.read(blocks, blocks.position()) > 0
                        && blocks.position() % SegmentStore.ALIGNMENT == 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                return blocks.position() / SegmentStore.ALIGNMENT * SegmentStore.ALIGNMENT;
            }
            return blocks.position() / SegmentStore.ALIGNMENT * SegmentStore.ALIGNMENT;
        }

        @Override
        public void close() throws IOException {
            try (raw) {
                ordinary.close();
            }
        }
    }
}
