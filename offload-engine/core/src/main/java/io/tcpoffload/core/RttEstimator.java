// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Round-trip time and retransmission timeout (RFC 6298), with Linux's floor: the variance term, not the sum, is at
 * least {@link SenderConfig#minRtoNs()}, so that a delayed ACK on a long steady path is no timeout.
 */
final class RttEstimator {

    private final SenderConfig config;
    private long srttNs;
    private long rttvarNs;
    private long baseRtoNs;
    private int backOff;

    RttEstimator(SenderConfig config) {
        this.config = config;
        this.baseRtoNs = config.initialRtoNs();
    }

    /** A sample of a segment sent once (Karn); ends the back-off (RFC 6298 5, last paragraph). */
    void onSample(long rttNs) {
        if (srttNs == 0) {
            srttNs = rttNs;
            rttvarNs = rttNs / 2;
        } else {
            rttvarNs += (Math.abs(srttNs - rttNs) - rttvarNs) / 4;
            srttNs += (rttNs - srttNs) / 8;
        }
        baseRtoNs = Math.min(srttNs + Math.max(4 * rttvarNs, config.minRtoNs()), config.maxRtoNs());
        backOff = 0;
    }

    /** Goes on with what another estimator knew. */
    void seed(long rttNs, long varianceNs) {
        srttNs = rttNs;
        rttvarNs = varianceNs;
        baseRtoNs = Math.min(srttNs + Math.max(4 * rttvarNs, config.minRtoNs()), config.maxRtoNs());
    }

    /** RFC 6298 5.5: the timer fired, the next one waits twice as long. */
    void backOff() {
        if (rtoNs() < config.maxRtoNs()) {
            backOff++;
        }
    }

    /** Smoothed round-trip time, 0 before the first sample. */
    long srttNs() {
        return srttNs;
    }

    long rttvarNs() {
        return rttvarNs;
    }

    /** Timeout without back-off. */
    long baseRtoNs() {
        return baseRtoNs;
    }

    /** Timeout with back-off. */
    long rtoNs() {
        return Math.min(baseRtoNs << backOff, config.maxRtoNs());
    }
}
