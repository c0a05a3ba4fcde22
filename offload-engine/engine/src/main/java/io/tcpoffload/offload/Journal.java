// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.kernel.KernelSide;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What of a session outlives the engine, beside its record: who it is, where its bytes come from, and how its sender stood.
 * Memory that the next engine finds, whatever becomes of this one between any two stores:
 *
 * <ul>
 * <li>{@link #kind} is written last: a journal is whole or there is none.</li>
 * <li>The next byte to send follows from the record's nxt and the span it lies in, so the record's one store of nxt, made
 *     before the post, is what moves a viewer on. What was not posted any more counts as in flight, and is sent again.</li>
 * <li>Spans are written to the copy that is not in force; one store then puts it in force. A span begins at nxt and is
 *     written before nxt moves into it.</li>
 * <li>A FIN's sequence number is written before nxt moves over it.</li>
 * <li>Estimates are as of the last {@link #estimates}; an old one costs speed only.</li>
 * </ul>
 *
 * Belongs to the session loop's thread.
 */
final class Journal {

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    /** What a session is served from. */
    static final int NONE = 0;
    static final int CHANNEL = 1;
    /** Another process' stream, which only this engine's memory holds: no other engine can go on with it. */
    static final int PRIVATE = 2;

    private final ByteBuffer bytes;

    /** @param bytes of {@link io.tcpoffload.kernel.Resumption}, in native order */
    Journal(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** The journal of a session's record. */
    static Journal of(KernelSide kernel, int slot) {
        return new Journal(kernel.resumption().slot(slot));
    }

    /** Begins it; {@link #kind} stays {@link #NONE}. */
    void begin(long id, long startedAt, long channel, int inputBase, int mssClamp, boolean sack, boolean ecn) {
        bytes.putLong(JournalDescriptor.ID, id);
        bytes.putLong(JournalDescriptor.STARTED_AT, startedAt);
        bytes.putLong(JournalDescriptor.CHANNEL, channel);
        bytes.putInt(JournalDescriptor.INPUT_BASE, inputBase);
        bytes.putShort(JournalDescriptor.MSS_CLAMP, (short) mssClamp);
        bytes.put(JournalDescriptor.SACK, (byte) (sack ? 1 : 0));
        bytes.put(JournalDescriptor.ECN, (byte) (ecn ? 1 : 0));
    }

    /** Puts it in force. */
    void kind(int kind) {
        INT.setRelease(bytes, JournalDescriptor.KIND, kind);
    }

    int kind() {
        return (int) INT.getAcquire(bytes, JournalDescriptor.KIND);
    }

    void spans(int[] seq, long[] position, int count) {
        int copy = ~spansWord() & 1;
        for (int i = 0; i < count; i++) {
            bytes.putLong(JournalDescriptor.position(copy, i), position[i]);
            bytes.putInt(JournalDescriptor.seq(copy, i), seq[i]);
        }
        INT.setRelease(bytes, JournalDescriptor.SPANS, count << 1 | copy);
    }

    private int spansWord() {
        return (int) INT.getAcquire(bytes, JournalDescriptor.SPANS);
    }

    /** 0 before the viewer was sent anything; more than {@link StreamMap#MAX_SPANS} is damage. */
    int spans() {
        return spansWord() >>> 1;
    }

    int spanSeq(int span) {
        return bytes.getInt(JournalDescriptor.seq(spansWord() & 1, span));
    }

    long spanPosition(int span) {
        return bytes.getLong(JournalDescriptor.position(spansWord() & 1, span));
    }

    /** The stream has ended for this viewer. */
    void ending() {
        flag(JournalDescriptor.ENDING);
    }

    boolean isEnding() {
        return (flags() & JournalDescriptor.ENDING) != 0;
    }

    /** A FIN is about to leave. */
    void fin(int seq) {
        bytes.putInt(JournalDescriptor.FIN_SEQ, seq);
        flag(JournalDescriptor.ENDING | JournalDescriptor.FIN);
    }

    /** Whether a FIN has left, which is the last of the sequence numbers before {@code nxt}. */
    boolean finLeft(int nxt) {
        return (flags() & JournalDescriptor.FIN) != 0 && nxt == bytes.getInt(JournalDescriptor.FIN_SEQ) + 1;
    }

    private void flag(int bits) {
        INT.setRelease(bytes, JournalDescriptor.FLAGS, flags() | bits);
    }

    private int flags() {
        return (int) INT.getAcquire(bytes, JournalDescriptor.FLAGS);
    }

    /** How the sender stands. */
    void estimates(long srttNs, long rttvarNs, long cwndBytes, long ssthreshBytes) {
        bytes.putLong(JournalDescriptor.SRTT_NS, srttNs);
        bytes.putLong(JournalDescriptor.RTTVAR_NS, rttvarNs);
        bytes.putLong(JournalDescriptor.CWND_BYTES, cwndBytes);
        bytes.putLong(JournalDescriptor.SSTHRESH_BYTES, ssthreshBytes);
    }

    /** What people are told. */
    void totals(long sentBytes, long jumps) {
        bytes.putLong(JournalDescriptor.SENT_BYTES, sentBytes);
        bytes.putLong(JournalDescriptor.JUMPS, jumps);
    }

    long id() {
        return bytes.getLong(JournalDescriptor.ID);
    }

    long startedAt() {
        return bytes.getLong(JournalDescriptor.STARTED_AT);
    }

    long channel() {
        return bytes.getLong(JournalDescriptor.CHANNEL);
    }

    int inputBase() {
        return bytes.getInt(JournalDescriptor.INPUT_BASE);
    }

    int mssClamp() {
        return bytes.getShort(JournalDescriptor.MSS_CLAMP) & 0xFFFF;
    }

    boolean sack() {
        return bytes.get(JournalDescriptor.SACK) != 0;
    }

    boolean ecn() {
        return bytes.get(JournalDescriptor.ECN) != 0;
    }

    long srttNs() {
        return bytes.getLong(JournalDescriptor.SRTT_NS);
    }

    long rttvarNs() {
        return bytes.getLong(JournalDescriptor.RTTVAR_NS);
    }

    long cwndBytes() {
        return bytes.getLong(JournalDescriptor.CWND_BYTES);
    }

    long ssthreshBytes() {
        return bytes.getLong(JournalDescriptor.SSTHRESH_BYTES);
    }

    long sentBytes() {
        return bytes.getLong(JournalDescriptor.SENT_BYTES);
    }

    long jumps() {
        return bytes.getLong(JournalDescriptor.JUMPS);
    }
}
