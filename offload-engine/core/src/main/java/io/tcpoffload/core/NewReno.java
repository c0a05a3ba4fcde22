// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** Congestion avoidance by bytes (RFC 5681 3.1, RFC 3465), halving on loss. */
final class NewReno extends LossBasedControl {

    private long ackedBytes;

    NewReno(SenderConfig config) {
        super(config);
    }

    @Override
    void avoidCongestion(long bytes, long srttNs, long nowNs) {
        ackedBytes += bytes;
        if (ackedBytes >= cwndBytes()) {
            ackedBytes = Math.min(ackedBytes - cwndBytes(), cwndBytes());
            grow(mss());
        }
    }

    @Override
    long reduce(long flightBytes) {
        return flightBytes / 2;
    }

    @Override
    void restart(boolean afterTimeout) {
        ackedBytes = 0;
    }

    @Override
    void undoReduce() {
        // nothing is remembered
    }
}
