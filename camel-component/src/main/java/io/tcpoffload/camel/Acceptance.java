// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.Published;

/** What of a body a channel's store has accepted so far. Not thread-safe. */
final class Acceptance {

    private long bytes;
    private int subscribers;
    private long position = -1;
    private long pts = -1;
    private long millis = -1;

    void add(Published part) {
        bytes += part.acceptedBytes();
        subscribers = part.subscribers();
        position = part.position();
    }

    /** Of a transport stream, as {@code TransportStream} tells them; -1 for unknown. */
    void times(long bodyPts, long bodyMillis) {
        pts = bodyPts;
        millis = bodyMillis;
    }

    /** In ticks of 90 kHz, or -1. */
    long pts() {
        return pts;
    }

    /** How far the body's clock runs in milliseconds, or -1. */
    long millis() {
        return millis;
    }

    long bytes() {
        return bytes;
    }

    /** Viewers on the channel when the newest part was accepted. */
    int subscribers() {
        return subscribers;
    }

    /** The stream's offset behind the newest part, or -1 when nothing was accepted. */
    long position() {
        return position;
    }
}
