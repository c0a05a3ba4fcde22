// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** Loss detection without SACK: each duplicate stands for one segment that arrived (RFC 5681 3.2, RFC 6582). */
final class DuplicateAcks {

    private final SegmentSize segment;
    private int count;
    private long deliveredBytes;
    private int partialAcks;
    private boolean hold;

    DuplicateAcks(SegmentSize segment) {
        this.segment = segment;
    }

    /** @return bytes it stands for, 0 when it does not count */
    int onDuplicate(int inFlight) {
        if (hold) {
            return 0;
        }
        count++;
        // what is in flight less the first segment is all that can have arrived, however many duplicates come
        final long more = Math.min(segment.bytes(), Math.max(0, inFlight - segment.bytes()) - deliveredBytes);
        deliveredBytes += Math.max(0, more);
        return (int) Math.max(0, more);
    }

    /** The acknowledgement went forward outside recovery, or to its end. */
    void clear() {
        count = 0;
        deliveredBytes = 0;
        hold = false;
    }

    void onRecoveryStart() {
        partialAcks = 0;
    }

    /** RFC 6582 4: duplicates of exactly this number come from segments sent again for nothing. */
    void onRecoveredExactly() {
        hold = true;
    }

    /**
     * RFC 6582 3.2 step 3: one of the {@code acked} bytes' segments was the one sent again, duplicates stood for the rest.
     *
     * @return bytes that no duplicate stood for
     */
    int onPartialAck(int acked) {
        count = 0;
        partialAcks++;
        final int known = (int) Math.min(deliveredBytes, Math.max(0, acked - segment.bytes()));
        deliveredBytes -= known;
        return acked - known;
    }

    boolean isThresholdReached() {
        return count >= Scoreboard.DUP_THRESH;
    }

    long deliveredBytes() {
        return deliveredBytes;
    }

    /** RFC 6582 4, impatient variant: of the partial acknowledgements of one recovery only the first restarts the timer. */
    boolean restartsTimer() {
        return partialAcks <= 1;
    }
}
