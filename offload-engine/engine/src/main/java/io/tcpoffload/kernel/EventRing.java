// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Consumer of the BPF ring buffer of events ({@code kernel/bpf/ringbuf.c}): a consumer page that we write, a producer
 * page and the data, mapped twice in a row so that a record never wraps. No native call. Owned by one thread.
 *
 * <p>When the ring is full the hook counts {@link KernelCounter#EVENTS_LOST}; the session records still hold the last
 * state, so a reader that sees the counter move looks at every session once.
 */
public final class EventRing {

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    /** BPF_RINGBUF_HDR_SZ: length with two flag bits, page offset. */
    private static final int RECORD_HEADER = 8;
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;

    private final ByteBuffer consumer;
    private final ByteBuffer producer;
    private final int data;
    private final long mask;
    private final KernelEvent event = new KernelEvent();

    /**
     * @param consumer page with the consumer position
     * @param producer page with the producer position, then twice the data
     * @param page     bytes of a page
     */
    EventRing(ByteBuffer consumer, ByteBuffer producer, int page) {
        this.consumer = consumer.order(ByteOrder.nativeOrder());
        this.producer = producer.order(ByteOrder.nativeOrder());
        this.data = page;
        this.mask = (producer.capacity() - page) / 2 - 1L;
    }

    /**
     * Hands over what has arrived.
     *
     * @param limit most events of this call
     * @return events handed over
     */
    public int poll(EventHandler handler, int limit) {
        long position = (long) LONG.getAcquire(consumer, 0);
        int events = 0;
        while (events < limit && position < (long) LONG.getAcquire(producer, 0)) {
            int record = data + (int) (position & mask);
            int length = (int) INT.getAcquire(producer, record);
            if ((length & BUSY) != 0) {
                break;
            }
            if ((length & DISCARDED) == 0) {
                handler.onEvent(event.wrap(producer, record + RECORD_HEADER));
                events++;
            }
            position += (length & ~DISCARDED) + RECORD_HEADER + 7 & ~7;
            LONG.setRelease(consumer, 0, position);
        }
        return events;
    }
}
