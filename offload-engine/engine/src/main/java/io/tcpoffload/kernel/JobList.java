// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The targets of posts, mapped: {@code struct job} of {@code record.h}. A post names a contiguous range. The header
 * builder runs inside {@link DmaRing#flush()}, so results are there when it returns and the range may be used again.
 * <pre>
 *   0  session | seq | flags | result
 * </pre>
 * Owned by the posting thread.
 */
public final class JobList {

    /** The post has not come to the target. */
    public static final int PENDING = 0;
    /** The device took the frame. */
    public static final int SENT = 1;
    /** Refused: session number out of range. */
    public static final int NO_SESSION = -1001;
    /** Refused: the session's state is not OWNED. */
    public static final int NOT_OWNED = -1002;
    /** Refused: the session's header length is not the post's. */
    public static final int OTHER_SHAPE = -1003;
    /** Refused: the post's segments are larger than the session's MSS. */
    public static final int TOO_LARGE = -1005;
    /** The header could not be written into the frame. */
    public static final int HEADER_FAILED = -1006;

    /** TCP flags of a job. */
    public static final int FIN = 0x01;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    /** RFC 3168: the congestion window was reduced. ECE is set by the header builder itself. */
    public static final int CWR = 0x80;
    /** Not a TCP flag: ECT(0) goes into the IP header. For data sent for the first time, if ECN was negotiated. */
    public static final int ECT = 0x100;

    static final int BYTES = 16;
    static final int SESSION_OFFSET = 0;
    static final int SEQ_OFFSET = 4;
    static final int FLAGS_OFFSET = 8;
    static final int RESULT_OFFSET = 12;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final ByteBuffer jobs;

    JobList(ByteBuffer jobs) {
        this.jobs = jobs.order(ByteOrder.nativeOrder());
    }

    /** Number of jobs. */
    public int capacity() {
        return jobs.capacity() / BYTES;
    }

    /**
     * Fills a job and sets its result to {@link #PENDING}.
     *
     * @param index 0 to capacity - 1
     * @param seq   sequence number of the payload's first byte
     * @param flags TCP flags, ACK belongs to every segment; {@link #ECT}
     */
    public void set(int index, int session, int seq, int flags) {
        int base = index * BYTES;
        jobs.putInt(base + SESSION_OFFSET, session);
        jobs.putInt(base + SEQ_OFFSET, seq);
        jobs.putInt(base + FLAGS_OFFSET, flags);
        jobs.putInt(base + RESULT_OFFSET, PENDING);
    }

    /** {@link #SENT}, {@link #PENDING}, one of the refusals, or the device's error as a negative errno. */
    public int result(int index) {
        return (int) INT.getAcquire(jobs, index * BYTES + RESULT_OFFSET);
    }
}
