// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** How a sender's congestion window grows and shrinks. */
public enum CongestionAlgorithm {

    /** RFC 9438, what Linux uses unless told otherwise. */
    CUBIC {
        @Override
        CongestionControl create(SenderConfig config, SegmentSize segment) {
            return config.bySegments() ? new LinuxCubic(config, segment) : new Cubic(config, segment);
        }
    },

    /** RFC 5681 and RFC 6582. */
    NEW_RENO {
        @Override
        CongestionControl create(SenderConfig config, SegmentSize segment) {
            return new NewReno(config, segment);
        }
    };

    abstract CongestionControl create(SenderConfig config, SegmentSize segment);
}
