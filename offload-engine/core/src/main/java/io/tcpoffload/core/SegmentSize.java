// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** Payload bytes of a full segment (SMSS of RFC 5681 2, options subtracted): one for all parts of a sender, as the path changes it. */
final class SegmentSize {

    private int bytes;

    SegmentSize(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    void set(int newBytes) {
        bytes = newBytes;
    }

    /** Segments that {@code length} bytes make. */
    int segments(int length) {
        return (length + bytes - 1) / bytes;
    }

    /** {@code length} bytes less what would be a short segment at their end. */
    int whole(int length) {
        return length - length % bytes;
    }
}
