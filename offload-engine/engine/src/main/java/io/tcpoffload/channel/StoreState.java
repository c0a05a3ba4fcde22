// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a store file holds that nobody writes to any more, found sound: see {@link StoreDescriptor} for what is worked out
 * anew. Reading changes nothing.
 *
 * @param id              of the store, never 0
 * @param createdMs       when it was made, in milliseconds since 1970
 * @param capacity        bytes of media at the most
 * @param description     its owner's text
 * @param tail            stream offset of the oldest byte
 * @param head            stream offset after the newest byte
 * @param newestJoinPoint where the newest segment started, readable or not; -1 before the first
 * @param first           number of the oldest run
 * @param next            number of the next run
 * @param nextAddress     memory address, counted on for ever, after the newest byte
 */
public record StoreState(long id, long createdMs, int capacity, String description, long tail, long head,
        long newestJoinPoint, long first, long next, long nextAddress) {

    /**
     * Looks at a file without changing it.
     *
     * @throws StoreRefusedException if it is not a sound store; says in one line why
     * @throws IOException           if it can't be read
     */
    public static StoreState of(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            StoreMemory.requireLength(channel.size());
            return read(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
        } catch (StoreRefusedException e) {
            throw new StoreRefusedException(file + ": " + e.getMessage());
        }
    }

    /** Runs, each a piece of memory with bytes that can be read. */
    public long runs() {
        return next - first;
    }

    static StoreState read(ByteBuffer memory) throws StoreRefusedException {
        var header = new StoreHeader(memory);
        header.requireSound(memory.capacity());
        int capacity = header.capacity();
        var runs = new RunTable(memory, StoreDescriptor.runs(capacity), header.id());
        return new Reading(header, StoreWords.of(memory, capacity, header.id()), runs, capacity).state();
    }

    /** One pass over the words and the runs. */
    private static final class Reading {
        private final StoreHeader header;
        private final RunTable runs;
        private final int capacity;
        private final long head;
        private final long tail;
        private final long newestWritten;
        private long first;
        private long next;

        Reading(StoreHeader header, StoreWords words, RunTable runs, int capacity) throws StoreRefusedException {
            this.header = header;
            this.runs = runs;
            this.capacity = capacity;
            head = words.head().agreed("head");
            tail = words.tail().agreed("tail");
            newestWritten = words.newestJoinPoint().agreed("the newest join point");
            first = words.first().agreed("the first run's number");
            next = words.next().agreed("the next run's number");
        }

        StoreState state() throws StoreRefusedException {
            require(tail >= 0 && tail <= head && head - tail <= capacity, "its bytes are from " + tail + " to " + head
                    + ", not 0 to " + capacity + " of them");
            require(first >= 0 && first <= next && next - first <= runs.capacity(), "its runs are from "
                    + first + " to " + next + ", not 0 to " + runs.capacity() + " of them");
            require(newestWritten >= -1 && newestWritten <= head, "its newest join point is " + newestWritten
                    + ", not -1 to its head " + head);
            dropUnpublished();
            checkRuns();
            dropOverwritten();
            return new StoreState(header.id(), header.createdMs(), capacity, header.description(), tail, head,
                    newestJoinPoint(), first, next, nextAddress());
        }

        private void dropUnpublished() throws StoreRefusedException {
            while (next > first) {
                checkEntry(next - 1);
                if (runs.start(next - 1) < head) {
                    return;
                }
                next--;
            }
        }

        private void checkRuns() throws StoreRefusedException {
            if (first == next) {
                require(tail == head, "its bytes from " + tail + " to " + head + " are in no run");
                return;
            }
            require(runs.start(first) <= tail, "its oldest run starts at " + runs.start(first) + ", after its tail " + tail);
            for (long run = first; run < next; run++) {
                checkEntry(run);
                checkRun(run);
            }
        }

        private void checkEntry(long run) throws StoreRefusedException {
            require(runs.isSound(run), "its run " + run + " is damaged");
        }

        private void checkRun(long run) throws StoreRefusedException {
            long start = runs.start(run);
            long address = runs.address(run);
            long segment = runs.segment(run);
            long length = end(run) - start;
            require(start >= 0 && length > 0, "its run " + run + " goes from " + start + " to " + end(run));
            require(address >= 0 && address % capacity + length <= capacity, "its run " + run + " of " + length
                    + " bytes at " + address + " is not in one piece");
            require(segment >= -1 && segment <= start, "its run " + run + " at " + start + " is of a segment at " + segment);
            if (run > first) {
                long before = runs.address(run - 1) + start - runs.start(run - 1);
                require(address >= before, "its run " + run + " lies at " + address + ", over the one before, which ends at "
                        + before);
                require(segment >= runs.segment(run - 1), "its run " + run + " is of a segment at " + segment
                        + ", before the one of the run before");
            }
        }

        private long end(long run) {
            return run + 1 < next ? runs.start(run + 1) : head;
        }

        private void dropOverwritten() throws StoreRefusedException {
            while (first < next && end(first) <= tail) {
                first++;
            }
            if (first < next) {
                long oldest = runs.address(first) + tail - runs.start(first);
                require(oldest >= nextAddress() - capacity, "its byte " + tail + " at " + oldest
                        + " is overwritten by what ends at " + nextAddress());
            }
        }

        private long newestJoinPoint() throws StoreRefusedException {
            if (first == next) {
                return newestWritten < head ? newestWritten : -1;
            }
            long newest = runs.segment(next - 1);
            require(newestWritten == newest || newestWritten == head, "its newest join point is " + newestWritten
                    + ", but its newest run is of a segment at " + newest);
            return newest;
        }

        /** With nothing to keep, the next body may go anywhere. */
        private long nextAddress() {
            return first == next ? 0 : runs.address(next - 1) + head - runs.start(next - 1);
        }

        private static void require(boolean sound, String fault) throws StoreRefusedException {
            if (!sound) {
                throw new StoreRefusedException(fault);
            }
        }
    }
}
