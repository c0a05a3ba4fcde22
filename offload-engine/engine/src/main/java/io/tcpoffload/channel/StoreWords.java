// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.nio.ByteBuffer;

/**
 * The numbers in a store's memory that change: {@link StoreDescriptor}.
 *
 * @param first of the run index
 * @param next  of the run index
 */
record StoreWords(DurableWord head, DurableWord tail, DurableWord newestJoinPoint, DurableWord first, DurableWord next) {

    /** @param memory the whole store */
    static StoreWords of(ByteBuffer memory, int capacity, long id) {
        int copies = StoreDescriptor.copiesOffset(capacity);
        return new StoreWords(new DurableWord(memory, StoreDescriptor.HEAD_AT, StoreDescriptor.HEAD_AT + Long.BYTES, id),
                new DurableWord(memory, StoreDescriptor.TAIL_AT, copies + StoreDescriptor.TAIL_COPIES, id),
                new DurableWord(memory, StoreDescriptor.NEWEST_JOIN_POINT_AT,
                        StoreDescriptor.NEWEST_JOIN_POINT_AT + Long.BYTES, id),
                new DurableWord(memory, StoreDescriptor.FIRST_AT, copies + StoreDescriptor.FIRST_COPIES, id),
                new DurableWord(memory, StoreDescriptor.NEXT_AT, StoreDescriptor.NEXT_AT + Long.BYTES, id));
    }
}
