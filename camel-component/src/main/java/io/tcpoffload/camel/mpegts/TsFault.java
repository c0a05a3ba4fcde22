// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.util.Locale;

/** What {@link TsCheck} finds and counts. Names and limits are those of ETSI TR 101 290, clause 5.2. */
public enum TsFault {

    /** 1.2 Sync_byte_error: no 0x47 where a packet should begin. */
    SYNC_BYTE,
    /** 1.4 Continuity_count_error: packets of a PID were lost, repeated more than once, or came out of order. */
    CONTINUITY_COUNT,
    /** 2.1 Transport_error: a receiver before us marked the packet as damaged. */
    TRANSPORT,
    /** 2.3b PCR_discontinuity_indicator_error: two PCRs of a PID more than 100 ms apart, or going back, unannounced. */
    PCR_DISCONTINUITY;

    /** As a metric's tag has it: {@code continuity_count}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
