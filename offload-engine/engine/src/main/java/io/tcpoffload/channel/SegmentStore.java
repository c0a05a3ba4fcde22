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
import java.util.function.Consumer;

/**
 * One channel's retained media in memory outside the Java heap, shareable with another process and, in a file, outliving
 * this one: {@link StoreDescriptor} says how. Bytes are addressed by their offset in the channel's endless stream. A body
 * lies in one piece: it continues where the last one ended, or starts at the memory's beginning when it would not fit
 * before the end.
 *
 * <p>Any thread may append; bodies are stored one after another. The writer first moves {@link #tail()} past what it is
 * going to overwrite, then writes, then moves {@link #head()}; {@link StoredMedia} says how readers go about it.
 */
public final class SegmentStore extends StoredMedia implements AutoCloseable {

    /** What direct I/O wants. */
    static final int ALIGNMENT = StoreDescriptor.PAGE;
    private static final int STREAM_CHUNK_BYTES = 64 << 10;

    /** Stream offsets of the first byte and after the last. */
    record Range(long from, long to) {
    }

    private final long id;
    private final StoreMemory memory;
    private final StoreHeader header;
    private final FileIntake files;
    private final Runnable onAppend;
    /** One body after another. */
    private final ReentrantLock order = new ReentrantLock(true);
    /** Held while memory is written, but not while a stream is waited for. */
    private final ReentrantLock writer = new ReentrantLock();
    private byte[] streamChunk;

    /** Memory address, counted on for ever, where the next body may start; guarded by {@link #writer}. */
    private long nextAddress;
    /** Why nothing may be appended any more; null while it may. */
    private volatile String ended;

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
        this(StoreMemory.allocate(directory, name, StoreDescriptor.bytes(requireCapacity(bytes))), requireCapacity(bytes),
                onAppend);
    }

    private SegmentStore(StoreMemory memory, int capacity, Runnable onAppend) {
        this(memory, capacity, new StoreHeader(memory.buffer()).create(capacity), onAppend);
        bounds.begin(0, 0, -1);
        index.begin(0, 0);
        header.describe("");
        header.finish();
    }

    private SegmentStore(StoreMemory memory, int capacity, long id, Runnable onAppend) {
        super(memory.buffer(), capacity, id);
        this.memory = memory;
        this.id = id;
        this.onAppend = onAppend;
        header = new StoreHeader(memory.buffer());
        files = new FileIntake(media);
    }

    /**
     * Goes on with a store that a former engine left, where it stopped.
     *
     * @param file     written to by nobody else
     * @param onAppend as for a new one
     * @throws StoreRefusedException if it is damaged or of another layout, or others could have written to it; says in one
     *                               line what was wrong
     * @throws IOException           if it can't be opened
     */
    public static SegmentStore reopen(Path file, Runnable onAppend) throws IOException {
        StoreMemory memory = null;
        try {
            memory = StoreMemory.reopen(file);
            StoreState state = StoreState.read(memory.buffer());
            var store = new SegmentStore(memory, state.capacity(), state.id(), onAppend);
            store.resume(state);
            return store;
        } catch (StoreRefusedException e) {
            if (memory != null) {
                memory.detach();
            }
            throw new StoreRefusedException(file + ": " + e.getMessage());
        }
    }

    /** What a writer left half done is as it was before. Stopped in the middle of this, it can be done again. */
    private void resume(StoreState state) {
        index.begin(state.first(), state.next());
        bounds.begin(state.tail(), state.head(), state.newestJoinPoint());
        nextAddress = state.nextAddress();
        VarHandle.fullFence();
    }

    private static int requireCapacity(long bytes) {
        if (bytes < 1 || bytes > StoreDescriptor.MAX_CAPACITY) {
            throw new OffloadException("a store of " + bytes + " bytes is out of range: 1 to "
                    + StoreDescriptor.MAX_CAPACITY);
        }
        return StoreDescriptor.capacity(bytes);
    }

    /** Tells this store from all others, for as long as its file lives; never 0. */
    public long id() {
        return id;
    }

    /** When it was made, in milliseconds since 1970. */
    public long createdMs() {
        return header.createdMs();
    }

    /** Its owner's text; empty at first. */
    String description() throws StoreRefusedException {
        return header.description();
    }

    /** @param text at most {@link StoreHeader#MAX_DESCRIPTION} bytes */
    void describe(String text) {
        writer.lock();
        try {
            if (ended == null) {
                header.describe(text);
            }
        } finally {
            writer.unlock();
        }
    }

    /**
     * Appends the buffer's remaining bytes, with one copy.
     *
     * @param joinPoint whether a segment starts here
     * @return bytes stored
     * @throws OffloadException if the body is larger than the store, or the store is closed
     */
    public int append(ByteBuffer body, boolean joinPoint) {
        return append(body, joinPoint, null);
    }

    private int append(ByteBuffer body, boolean joinPoint, Consumer<Range> before) {
        int length = body.remaining();
        order.lock();
        writer.lock();
        try {
            requireOpen();
            if (length > 0) {
                long address = reserve(length, 1);
                media.put((int) (address % capacity), body, body.position(), length);
                body.position(body.limit());
                if (before != null) {
                    before.accept(new Range(bounds.head(), bounds.head() + length));
                }
                commit(address, length, joinPoint);
            }
            return length;
        } finally {
            writer.unlock();
            order.unlock();
        }
    }

    /**
     * Appends the buffer's remaining bytes to the newest segment, unless that would overwrite a place.
     *
     * @param kept stream offset
     * @return whether they were stored
     * @throws OffloadException if the store is closed
     */
    boolean appendKeeping(ByteBuffer body, long kept) {
        order.lock();
        writer.lock();
        try {
            requireOpen();
            if (withdraws(kept, place(body.remaining(), 1) + body.remaining() - capacity)) {
                return false;
            }
            append(body, false);
            return true;
        } finally {
            writer.unlock();
            order.unlock();
        }
    }

    /** Whether a place that can be read would be withdrawn for room. For lack of index entries the newest run never is. */
    private boolean withdraws(long kept, long address) {
        long first = index.first();
        long run = index.find(kept, first, index.next());
        return run >= first && kept < bounds.head()
                && index.address(run) + kept - index.start(run) < address;
    }

    /**
     * Appends the buffer's remaining bytes as no part of a segment that a viewer may start in.
     *
     * @param before told where it lies, before it can be read
     * @return bytes stored
     * @throws OffloadException as in {@link #append(ByteBuffer, boolean)}
     */
    int append(ByteBuffer body, Consumer<Range> before) {
        return append(body, false, before);
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
            order.lock();
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
                order.unlock();
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
        order.lock();
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
                appendChunk(n, joinPoint && total == 0);
                total += n;
            }
            return total;
        } finally {
            order.unlock();
        }
    }

    private void appendChunk(int length, boolean joinPoint) {
        writer.lock();
        try {
            requireOpen();
            if (length > 0) {
                long address = reserve(length, 1);
                media.put((int) (address % capacity), streamChunk, 0, length);
                commit(address, length, joinPoint);
            }
        } finally {
            writer.unlock();
        }
    }

    /** Whoever holds it is the only one to append. */
    ReentrantLock order() {
        return order;
    }

    private void requireOpen() {
        if (ended != null) {
            throw new OffloadException(ended);
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
        long address = place(length, alignment);
        withdrawBelow(address + length - capacity);
        return address;
    }

    private long place(int length, int alignment) {
        requireFits(length);
        long address = (nextAddress + alignment - 1) / alignment * alignment;
        return address % capacity + length > capacity ? (address / capacity + 1) * capacity : address;
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
        if (joinPoint || address != nextAddress || address % capacity == 0 || index.first() == index.next()) {
            // Bytes before the first join point belong to no segment: they must not look like one that starts at 0.
            index.add(start, address, joinPoint ? start : bounds.newestJoinPoint());
        }
        nextAddress = address + length;
        bounds.publishUpTo(start + length, joinPoint);
        onAppend.run();
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
        ended = "the channel is closed; open it again to publish";
        memory.close();
    }

    /**
     * Refuses further appends and leaves the file as it is, to be reopened: when this returns, nothing is written to it
     * any more. Waits for a running append of a buffer or file, not for one of a stream.
     */
    public void suspend() {
        ended = "the channel is suspended while the engine restarts; open it again to publish";
        writer.lock();
        try {
            memory.detach();
        } finally {
            writer.unlock();
        }
    }

    /**
     * Closes, and gives the media's pages back to the system now instead of at some garbage collection. For when no
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
