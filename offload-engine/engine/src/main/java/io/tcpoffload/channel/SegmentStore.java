// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.OffloadException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * One channel's retained media in memory outside the Java heap, shareable with another process. Bytes are addressed by
 * their offset in the channel's endless stream. A body lies in one piece: it continues where the last one ended, or
 * starts at the memory's beginning when it would not fit before the end.
 *
 * <p>Any thread may append; bodies are stored one after another. Any number of threads read without locks, by this
 * protocol: {@link #locate}, copy out of {@link #memory()}, then {@link #stillValid}; only if that says yes was the
 * copy what was published. The writer first moves {@link #tail()} past what it is going to overwrite, then writes, then
 * moves {@link #head()}.
 */
public final class SegmentStore implements AutoCloseable {

    /** A page: alignment that suits direct I/O on any usual disk, and the memory's granularity. */
    static final int ALIGNMENT = 4096;
    /** One run a KiB lets even bodies of seven 188-byte packets (1316 bytes) be segments of their own. */
    private static final int BYTES_PER_RUN = 1024;
    /** 6 MiB of heap: bounds the index of a large store. */
    private static final int MAX_RUNS = 1 << 18;
    private static final int STREAM_CHUNK_BYTES = 64 << 10;

    private final StoreMemory memory;
    private final ByteBuffer buffer;
    private final int capacity;
    private final RunIndex index;
    private final StreamBounds bounds = new StreamBounds();
    private final FileIntake files;
    private final Runnable onAppend;
    private final ReentrantLock writer = new ReentrantLock(true);
    private byte[] streamChunk;

    /** Memory address, counted on for ever, where the next body may start; guarded by {@link #writer}. */
    private long nextAddress;
    private long segmentStart;
    private volatile boolean closed;

    /**
     * @param directory where the memory's file goes, best a tmpfs; made with mode 0700 when missing. Where no file can
     *                  be had there, the store uses direct memory and {@link #fallbackReason()} says why. Null means
     *                  direct memory
     * @param name      start of the file's name, a channel's name
     * @param bytes     room for media, rounded up to whole pages, up to 1 GiB
     * @param onAppend  called after each move of the head, on the appending thread, in order; must be cheap
     * @throws OffloadException if there is no memory
     */
    public SegmentStore(Path directory, String name, long bytes, Runnable onAppend) {
        if (bytes < 1 || bytes > 1 << 30) {
            throw new OffloadException("a store of " + bytes + " bytes is out of range: 1 to " + (1 << 30));
        }
        capacity = (int) (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        memory = StoreMemory.allocate(directory, name, capacity);
        buffer = memory.buffer();
        index = new RunIndex(Math.min(MAX_RUNS, Integer.highestOneBit(capacity / BYTES_PER_RUN * 2 - 1)));
        files = new FileIntake(buffer);
        this.onAppend = onAppend;
    }

    /**
     * Appends the buffer's remaining bytes, with one copy.
     *
     * @param joinPoint whether a segment starts here
     * @return bytes stored
     * @throws OffloadException if the body is larger than the store, or the store is closed
     */
    public int append(ByteBuffer body, boolean joinPoint) {
        int length = body.remaining();
        writer.lock();
        try {
            requireOpen();
            if (length > 0) {
                long address = reserve(length, 1);
                buffer.put((int) (address % capacity), body, body.position(), length);
                body.position(body.limit());
                commit(address, length, joinPoint);
            }
            return length;
        } finally {
            writer.unlock();
        }
    }

    /**
     * Appends a file, read straight into the memory: by direct I/O where the file system can and the size is worth it,
     * else by an ordinary read. If it can't be read to its end, nothing of it is published.
     *
     * @param joinPoint whether a segment starts here
     * @return bytes stored
     * @throws IOException      if reading fails
     * @throws OffloadException if the body is larger than the store, or the store is closed
     */
    public int append(Path file, boolean joinPoint) throws IOException {
        try (FileIntake.Source source = files.open(file)) {
            writer.lock();
            try {
                requireOpen();
                int length = requireFits(source.size());
                if (length > 0) {
                    long address = reserve(length, source.alignment());
                    source.read((int) (address % capacity), length);
                    commit(address, length, joinPoint);
                }
                return length;
            } finally {
                writer.unlock();
            }
        }
    }

    /**
     * Appends a stream until its end, publishing what came after each read. Other appends wait meanwhile.
     *
     * @param joinPoint whether a segment starts at the first byte
     * @param proceed   asked before each read; false ends the call
     * @return bytes stored
     * @throws IOException      if reading fails; what came before stays published
     * @throws OffloadException if the store is closed
     */
    public long append(InputStream body, boolean joinPoint, BooleanSupplier proceed) throws IOException {
        writer.lock();
        try {
            requireOpen();
            if (streamChunk == null) {
                streamChunk = new byte[Math.min(STREAM_CHUNK_BYTES, capacity)];
            }
            long total = 0;
            while (proceed.getAsBoolean()) {
                int n = body.read(streamChunk);
                if (n < 0) {
                    break;
                }
                requireOpen();
                if (n > 0) {
                    long address = reserve(n, 1);
                    buffer.put((int) (address % capacity), streamChunk, 0, n);
                    commit(address, n, joinPoint && total == 0);
                    total += n;
                }
            }
            return total;
        } finally {
            writer.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new OffloadException("the channel is closed; open it again to publish");
        }
    }

    private int requireFits(long length) {
        if (length > capacity) {
            throw new OffloadException("a body of " + length + " bytes is larger than the channel's store of "
                    + capacity + " bytes; publish smaller bodies or raise storeSize");
        }
        return (int) length;
    }

    /** Finds room and withdraws what lies there from readers. Only the tail moves, so that it may be given up again. */
    private long reserve(int length, int alignment) {
        requireFits(length);
        long address = (nextAddress + alignment - 1) / alignment * alignment;
        if (address % capacity + length > capacity) {
            address = (address / capacity + 1) * capacity;
        }
        withdrawBelow(address + length - capacity);
        return address;
    }

    private void withdrawBelow(long address) {
        long newTail = bounds.tail();
        long first = index.first();
        long next = index.next();
        boolean full = index.isFull();
        while (first < next) {
            long end = first + 1 < next ? index.start(first + 1) : bounds.head();
            long overwritten = address - index.address(first);
            if (!full && overwritten < end - index.start(first)) {
                if (overwritten > 0) {
                    newTail = Math.max(newTail, index.start(first) + overwritten);
                }
                break;
            }
            full = false;
            newTail = end;
            first++;
        }
        bounds.withdrawBefore(newTail);
        index.dropBefore(first);
        VarHandle.fullFence();
    }

    private void commit(long address, int length, boolean joinPoint) {
        long start = bounds.head();
        if (joinPoint) {
            segmentStart = start;
        }
        if (joinPoint || address != nextAddress || address % capacity == 0 || index.first() == index.next()) {
            index.add(start, address, segmentIdentity(joinPoint));
        }
        nextAddress = address + length;
        bounds.publishUpTo(start + length, joinPoint);
        onAppend.run();
    }

    /** Bytes before the first join point belong to no segment: they must not look like one that starts at 0. */
    private long segmentIdentity(boolean joinPoint) {
        return joinPoint || bounds.newestJoinPoint() >= 0 ? segmentStart : -1;
    }

    /**
     * Finds where a byte of the stream lies.
     *
     * @param position stream offset
     * @param out      gets the bytes from there to the end of their run, or to the head
     * @return false when the position is not in {@code [tail, head)}
     */
    public boolean locate(long position, Extent out) {
        while (true) {
            long head = head();
            if (position < tail() || position >= head) {
                return false;
            }
            long first = index.first();
            long next = index.next();
            long run = index.find(position, first, next, out.run());
            if (run >= first) {
                long start = index.start(run);
                long end = run + 1 < next ? Math.min(head, index.start(run + 1)) : head;
                long offset = (index.address(run) + position - start) % capacity;
                long segment = Math.max(0, index.segment(run));
                if (index.isIntact(first) && position >= tail()) {
                    out.set(position, (int) offset, (int) (end - position), segment, run);
                    return true;
                }
            }
            Thread.onSpinWait();
        }
    }

    /** Whether bytes copied from this position on, after a {@link #locate}, are what was published there. */
    public boolean stillValid(long position) {
        return bounds.stillValid(position);
    }

    /** Stream offset of the oldest byte that can be read. */
    public long tail() {
        return bounds.tail();
    }

    /** Stream offset after the newest byte. */
    public long head() {
        return bounds.head();
    }

    /** Stream offset where the newest segment starts, or -1 when no segment's start is in the store. */
    public long newestJoinPoint() {
        long newest = bounds.newestJoinPoint();
        return newest >= tail() ? newest : -1;
    }

    /** Stream offset of the first segment's start at or after a position, or -1 when there is none yet. */
    public long joinPointAtOrAfter(long position) {
        return index.joinPointAtOrAfter(Math.max(position, tail()));
    }

    /** Segments whose start is in the store. Walks the index: for people, not for the hot path. */
    public int segments() {
        int count = 0;
        for (long at = joinPointAtOrAfter(tail()); at >= 0; at = joinPointAtOrAfter(at + 1)) {
            count++;
        }
        return count;
    }

    /** Copies located bytes to {@code index} on; no position moves, and nothing is allocated. Ask {@link #stillValid} after it. */
    void copy(int memoryOffset, int length, ByteBuffer to, int index) {
        to.put(index, buffer, memoryOffset, length);
    }

    /** A reader's own view of the whole memory, for absolute access; indices come from {@link Extent#memoryOffset()}. */
    public ByteBuffer memory() {
        return buffer.duplicate();
    }

    /** Bytes of memory. */
    public int capacity() {
        return capacity;
    }

    /** The shared-memory file, or null when the store is in direct memory. */
    public Path file() {
        return memory.file();
    }

    /** Why the store is not in a file; empty when it is. */
    public String fallbackReason() {
        return memory.fallbackReason();
    }

    /** Files read by direct I/O. */
    public long directFiles() {
        return files.direct();
    }

    /** Files read by ordinary I/O. */
    public long bufferedFiles() {
        return files.buffered();
    }

    /**
     * Refuses further appends and deletes the file. What readers hold stays readable; the memory goes with its last
     * reference, or with {@link #release()}. Idempotent, and does not wait for a running append.
     */
    @Override
    public void close() {
        closed = true;
        memory.close();
    }

    /**
     * Closes, and gives the memory's pages back to the system now instead of at some garbage collection. For when no
     * reader is left: one that comes later finds nothing. Left undone while an append is running.
     */
    void release() {
        close();
        if (writer.tryLock()) {
            try {
                bounds.withdrawBefore(bounds.head());
                index.dropBefore(index.next());
                VarHandle.fullFence();
                memory.release();
            } finally {
                writer.unlock();
            }
        }
    }
}
