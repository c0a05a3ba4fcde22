// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;

/**
 * The stream of one connection alone: what its owner appends, in order. Bytes are kept until they are acknowledged.
 * Zeros take no memory; a file is read a little ahead of what is sent, on another thread, and what was read once is
 * what is sent again. Everything belongs to the session loop's thread.
 */
public final class PrivateSource implements Source {

    /** Of one connection: more means that somebody appends faster than the peer takes, byte by byte. */
    public static final int MAX_APPENDS = 65_536;
    /** What may be appended at once and in all before it is acknowledged: a petabyte, far from an overflow. */
    public static final long MAX_BYTES = 1L << 50;
    /** What is kept of files: twice what a connection of 1 Gbit/s and 100 ms has in flight would need 25 MB. */
    static final int READ_AHEAD_BYTES = 8 << 20;
    static final int READ_BYTES = 256 << 10;

    /** Reads parts of files. */
    public interface Reader {

        /** What becomes of a read; called on the owner's thread. */
        interface Result {

            /** @param bytes what was read; null when the file can't be read or has become shorter */
            void read(byte[] bytes);
        }

        /** Reads {@code length} bytes at {@code offset}, elsewhere, and gives them to {@code result} later. */
        void read(FileChannel file, long offset, int length, Result result);
    }

    /** A file that waits to be read, or what was appended after one. */
    private static final class Waiting {
        private final FileChannel file;
        private final byte[] bytes;
        private final boolean foreign;
        private long offset;
        private long length;

        Waiting(FileChannel file, byte[] bytes, boolean foreign, long offset, long length) {
            this.file = file;
            this.bytes = bytes;
            this.foreign = foreign;
            this.offset = offset;
            this.length = length;
        }
    }

    private final String name;
    private final Reader reader;
    private final PieceList pieces = new PieceList();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private volatile long position;
    private volatile long ready;
    private long appended;
    private boolean reading;
    private boolean finished;
    private boolean closed;
    private CloseReason closeReason;
    private Runnable onDrained = () -> { };
    private Runnable onClosed = () -> { };

    /**
     * @param name    for people
     * @param initial the connection's unacknowledged and unsent bytes; stream position 0 is the first of them
     * @param sent    how many of these have been sent
     */
    public PrivateSource(String name, byte[] initial, int sent, Reader reader) {
        this.name = name;
        this.reader = reader;
        position = sent;
        if (initial.length > 0) {
            ready(initial, initial.length, true);
            appended = initial.length;
        }
    }

    /**
     * Appends zero bytes.
     *
     * @throws IllegalArgumentException with a line for people: the stream has been ended, or too much waits
     */
    public void appendZeros(long count) {
        append(new Waiting(null, null, false, 0, count));
    }

    /** Appends bytes, which are not copied. Otherwise like {@link #appendZeros}. */
    public void append(byte[] bytes) {
        append(new Waiting(null, bytes, false, 0, bytes.length));
    }

    /** Appends a file from its start, and closes it when it has been read. Otherwise like {@link #appendZeros}. */
    public void append(FileChannel file, long length) {
        append(new Waiting(file, null, false, 0, length));
    }

    /** Appends a part of a file, which the caller closes. Otherwise like {@link #appendZeros}. */
    public void append(FileChannel file, long offset, long length) {
        append(new Waiting(file, null, true, offset, length));
    }

    /** Called when all that was appended has been sent, each time. */
    public void onDrained(Runnable action) {
        onDrained = action;
    }

    /** Called when this is closed. */
    public void onClosed(Runnable action) {
        onClosed = action;
    }

    private void append(Waiting what) {
        if (closed || finished) {
            throw new IllegalArgumentException("the stream has been ended: nothing can be appended after a close");
        }
        if (what.length < 0 || what.length > MAX_BYTES - (appended - Math.max(0, pieces.first()))) {
            throw new IllegalArgumentException(what.length + " bytes are too many: all that is not acknowledged is at most "
                    + MAX_BYTES + " bytes");
        }
        if (pieces.count() + waiting.size() >= MAX_APPENDS) {
            throw new IllegalArgumentException(MAX_APPENDS + " appends wait to be acknowledged: wait until the peer has taken"
                    + " some, or append more at once");
        }
        appended += what.length;
        waiting.add(what);
        pump();
    }

    /** Lets what waits follow what is ready, and reads ahead. */
    private void pump() {
        while (!reading && !closed && !waiting.isEmpty()) {
            Waiting head = waiting.peek();
            if (head.length == 0) {
                waiting.poll();
                close(head);
            } else if (head.file == null) {
                waiting.poll();
                ready(head.bytes, head.length, true);
            } else if (pieces.residentBytes() + READ_BYTES <= READ_AHEAD_BYTES) {
                reading = true;
                reader.read(head.file, head.offset, (int) Math.min(READ_BYTES, head.length), this::onRead);
            } else {
                return;
            }
        }
    }

    private void onRead(byte[] bytes) {
        reading = false;
        if (closed) {
            return;
        }
        if (bytes == null) {
            closeReason = CloseReason.LOST;
            return;
        }
        Waiting head = waiting.peek();
        head.offset += bytes.length;
        head.length -= bytes.length;
        ready(bytes, bytes.length, head.length == 0);
        pump();
    }

    private void ready(byte[] bytes, long length, boolean push) {
        pieces.add(ready, bytes, length, push);
        ready += length;
    }

    /** Nothing follows what has been appended. Idempotent. */
    public void finish() {
        finished = true;
    }

    public boolean isFinished() {
        return finished;
    }

    /** Stream position after all that was appended. */
    public long appended() {
        return appended;
    }

    @Override
    public Step next(Extent out) {
        if (closeReason == null && finished && position == appended) {
            closeReason = CloseReason.CHANNEL_CLOSED;
        }
        if (closeReason != null) {
            return Step.CLOSE;
        }
        return locate(position, out) ? Step.DATA : Step.NONE;
    }

    @Override
    public void advance(int bytes) {
        position = position + bytes;
        if (position == appended) {
            onDrained.run();
        }
    }

    @Override
    public boolean locate(long at, Extent out) {
        if (at < pieces.first() || at >= ready) {
            return false;
        }
        out.set(at, 0, (int) Math.min(ready - at, Integer.MAX_VALUE), at);
        return true;
    }

    @Override
    public boolean copy(long at, int memoryOffset, int length, ByteBuffer to, int index) {
        pieces.copy(at, length, to, index);
        return true;
    }

    @Override
    public void acknowledged(long before) {
        if (pieces.release(Math.min(before, ready)) && !waiting.isEmpty()) {
            pump();
        }
    }

    @Override
    public int unit() {
        return 1;
    }

    @Override
    public boolean pushedAt(long end) {
        return pieces.pushedAt(end);
    }

    @Override
    public boolean endsAt(long end) {
        return finished && end == appended;
    }

    @Override
    public boolean rescue(Extent out) {
        return false;
    }

    @Override
    public boolean isTooSlow() {
        return false;
    }

    @Override
    public long position() {
        return position;
    }

    /** Bytes that can be sent now. */
    @Override
    public long lag() {
        return ready - position;
    }

    @Override
    public long jumps() {
        return 0;
    }

    @Override
    public CloseReason closeReason() {
        return closeReason;
    }

    /** Always: such a connection lasts as long as its peer takes to have everything. */
    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public Object stream() {
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            waiting.forEach(PrivateSource::close);
            waiting.clear();
            pieces.clear();
            onClosed.run();
        }
    }

    private static void close(Waiting what) {
        if (what.file != null && !what.foreign) {
            try {
                what.file.close();
            } catch (IOException e) {
                /* it was only read */
                return;
            }
        }
    }
}
