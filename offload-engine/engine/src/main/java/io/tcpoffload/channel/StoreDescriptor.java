// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

/**
 * Layout of a store's memory and file, all in host byte order. Offsets count bytes from the start.
 * <pre>
 *       0  magic | version, check | id | created_ms | capacity | runs | boot   identity: written once, magic last
 *      64  head x3 | newest_join_point x3                                     {@link DurableWord}s
 *     128  tail
 *    1024  description[2]: generation | length, check | text                  the older one is overwritten
 *    4096  next x3                                                            run index
 *    4160  first
 *    8192  run[runs]: stream start | memory address | segment start | check
 *  media_offset(runs)             media[capacity]
 *  media_offset(runs) + capacity  first x2 | tail x2                          copies
 * </pre>
 *
 * <p><b>Killed at any moment.</b> The mapping outlives the process, and holds the stores it made up to its end, in
 * program order, because each that matters is a release store or behind a fence; and readers of the writer's process see
 * a number only after the mapping has it. An append writes
 * <ol>
 * <li>{@code tail} and {@code first}, past what it will overwrite; then a full fence,
 * <li>the media,
 * <li>a run, then {@code next}, if the body does not just go on where the last one ended,
 * <li>{@code newest_join_point}, if a segment starts,
 * <li>{@code head}.
 * </ol>
 * So everything in {@code [tail, head)} is as it was published, wherever the writer was stopped. Reopening works out anew
 * what may be half done: runs at or after {@code head} were not published and are dropped, so are runs that end at or
 * before {@code tail}; where the next body goes follows from the last run and {@code head}; the newest join point is the
 * start of the last run's segment.
 *
 * <p><b>Copied while it is written.</b> What a reader has to read first comes first, and what it has to read last, last.
 * A copy made from front to end is what a reader's own copy would be: the copies of {@code tail} and {@code first} at the
 * end say what of it was overwritten meanwhile.
 *
 * <p><b>The machine restarted.</b> On a disk pages are written back in any order: a file of another boot is refused.
 *
 * <p><b>Damaged.</b> Identity, descriptions and runs carry a check; each word that changes is kept three times.
 */
final class StoreDescriptor {

    /** "TCPSTORE" on a machine of little-endian byte order; on one of the other order it is something else. */
    static final long MAGIC = 0x45524F5453504354L;
    /** Of this layout; one more with each change of it. */
    static final int VERSION = 1;

    /** A page: alignment that suits direct I/O on any usual disk, and the memory's granularity. */
    static final int PAGE = 4096;
    /** Most bytes of media: with all else in one Java mapping. */
    static final int MAX_CAPACITY = 1 << 30;

    static final int MAGIC_AT = 0;
    static final int VERSION_AT = 8;
    static final int CHECK_AT = 12;
    static final int ID_AT = 16;
    static final int CREATED_AT = 24;
    static final int CAPACITY_AT = 32;
    static final int RUNS_AT = 40;
    static final int BOOT_AT = 48;
    static final int IDENTITY_END = 64;

    static final int HEAD_AT = 64;
    static final int NEWEST_JOIN_POINT_AT = HEAD_AT + 3 * Long.BYTES;
    static final int TAIL_AT = 128;

    static final int DESCRIPTION_AT = 1024;
    static final int DESCRIPTION_BYTES = 1536;

    static final int NEXT_AT = PAGE;
    static final int FIRST_AT = NEXT_AT + 64;
    static final int RUN_AT = 2 * PAGE;
    static final int RUN_BYTES = 4 * Long.BYTES;

    static final int FIRST_COPIES = 0;
    static final int TAIL_COPIES = 2 * Long.BYTES;

    /** One run a KiB lets even bodies of seven 188-byte packets (1316 bytes) be segments of their own. */
    private static final int BYTES_PER_RUN = 1024;
    /** 8 MiB: bounds the index of a large store. */
    private static final int MAX_RUNS = 1 << 18;

    private StoreDescriptor() {
    }

    /** @param bytes wanted room for media, 1 to {@link #MAX_CAPACITY} */
    static int capacity(long bytes) {
        return (int) ((bytes + PAGE - 1) / PAGE * PAGE);
    }

    /** Most runs of a store, a power of two. */
    static int runs(int capacity) {
        return Math.min(MAX_RUNS, Integer.highestOneBit(capacity / BYTES_PER_RUN * 2 - 1));
    }

    static int mediaOffset(int runs) {
        return (RUN_AT + runs * RUN_BYTES + PAGE - 1) / PAGE * PAGE;
    }

    static int copiesOffset(int capacity) {
        return mediaOffset(runs(capacity)) + capacity;
    }

    /** Of the whole file. */
    static int bytes(int capacity) {
        return copiesOffset(capacity) + PAGE;
    }
}
