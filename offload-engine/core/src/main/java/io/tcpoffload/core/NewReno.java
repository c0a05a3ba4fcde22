// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** Congestion avoidance by bytes (RFC 5681 3.1, RFC 3465), halving on loss. */
final class NewReno extends LossBasedControl {

    private long ackedBytes;

    NewReno(SenderConfig config, SegmentSize segment) {
        super(config, segment);
    }

    @Override
    void avoidCongestion(long bytes, long srttNs, long nowNs) {
        ackedBytes += bytes;
        if (ackedBytes >= cwndBytes()) {
            ackedBytes = Math.min(ackedBytes - cwndBytes(), cwndBytes());
            grow(mss());
        }
    }

    /** RFC 5681 (4); what limited transmit added does not count (3.2 step 2). */
    @Override
    long reduce(long flightBytes) {
        return Math.min(flightBytes, cwndBytes()) / 2;
    }

    @Override
    void restart(boolean afterTimeout) {
        ackedBytes = 0;
    }

    @Override
    void rescale(double factor) {
        // bytes stay bytes
    }

    @Override
    void undoReduce() {
        // nothing is remembered
    }
}
