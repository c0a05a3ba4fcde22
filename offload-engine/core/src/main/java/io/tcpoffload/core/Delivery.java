// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** What one acknowledgement says that the viewer has and was not known to have; filled by {@link Scoreboard}, reused. */
final class Delivery {

    /** No sample. */
    static final long NONE = -1;

    private long arrivalNs;
    private long minRttNs;
    private int highestBefore;
    private TimestampEcho echo;
    private int bytes;
    private boolean anyResent;
    private boolean anyOriginal;
    private int firstOriginal;
    private long firstSentNs;
    private long originalSentNs;
    private boolean reordered;
    private boolean latestKnown;
    private long latestSentNs;
    private int latestEnd;
    private long highestSentNs;
    private int highestEnd;

    /**
     * @param leastRttNs what came back faster answers an earlier transmission (RFC 8985 6.2 step 2)
     * @param highest end of the highest sequence delivered before, RACK.fack
     */
    void begin(long arrival, long leastRttNs, int highest) {
        arrivalNs = arrival;
        minRttNs = leastRttNs;
        highestBefore = highest;
        echo = null;
        bytes = 0;
        anyResent = false;
        anyOriginal = false;
        reordered = false;
        latestKnown = false;
    }

    /**
     * RFC 8985 6.2 step 2: what was sent again after {@code timestamp} is not what arrived. It holds for what is acknowledged
     * cumulatively only, because what arrives out of order leaves TS.Recent alone (RFC 7323 4.3): null for SACK blocks.
     */
    void echo(TimestampEcho timestamp) {
        echo = timestamp;
    }

    void add(int from, int to, long sentNs, boolean resent) {
        bytes += Seq.distance(from, to);
        if (resent) {
            anyResent = true;
            if (arrivalNs - sentNs < minRttNs || echo != null && echo.isBefore(sentNs)) {
                return;
            }
        } else {
            if (!anyOriginal || Seq.before(from, firstOriginal)) {
                firstOriginal = from;
                firstSentNs = sentNs;
            }
            originalSentNs = anyOriginal ? Math.max(originalSentNs, sentNs) : sentNs;
            anyOriginal = true;
            reordered |= Seq.before(from, highestBefore);
        }
        if (!latestKnown || Seq.after(to, highestEnd)) {
            highestEnd = to;
            highestSentNs = sentNs;
        }
        if (!latestKnown || Rack.isSentAfter(sentNs, to, latestSentNs, latestEnd)) {
            latestKnown = true;
            latestSentNs = sentNs;
            latestEnd = to;
        }
    }

    int bytes() {
        return bytes;
    }

    long arrivalNs() {
        return arrivalNs;
    }

    /** True when {@link #latestSentNs} and {@link #latestEnd} name the transmission that left last of those delivered. */
    boolean latestKnown() {
        return latestKnown;
    }

    long latestSentNs() {
        return latestSentNs;
    }

    int latestEnd() {
        return latestEnd;
    }

    /** When what has the highest sequence number left; known like {@link #latestSentNs}. */
    long highestSentNs() {
        return highestSentNs;
    }

    /** True when something sent once arrived after something with a higher sequence number (RFC 8985 6.2 step 3). */
    boolean isReordered() {
        return reordered;
    }

    boolean anyResent() {
        return anyResent;
    }

    /** When the latest left of what had left only once; valid with {@link #rttNs}. */
    long originalSentNs() {
        return originalSentNs;
    }

    /** Whether the first of what had left only once had left before {@code ns}. */
    boolean hasOriginalOfBefore(long ns) {
        return anyOriginal && firstSentNs < ns;
    }

    /** True when something before {@code seq} arrived that left only once. */
    boolean hasOriginalBefore(int seq) {
        return anyOriginal && Seq.before(firstOriginal, seq);
    }

    /**
     * Round-trip time, or {@link #NONE}. As in Linux (tcp_clean_rtx_queue) nothing that was sent again may be among what
     * arrived (Karn's algorithm, RFC 6298 3): the rest of it may have waited for that.
     */
    long rttNs() {
        return anyOriginal && !anyResent && arrivalNs > originalSentNs ? arrivalNs - originalSentNs : NONE;
    }

    /** That of the first, which may have waited for others to be acknowledged with; valid with {@link #rttNs}. */
    long firstRttNs() {
        return arrivalNs - firstSentNs;
    }
}
