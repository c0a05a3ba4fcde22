// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.clauses.Clause;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import io.tcpoffload.core.SenderConfig;
import org.junit.jupiter.api.Test;

@Clause(rfc = "RFC 1191", section = "6.3", does = "larger segments are tried ten minutes after a router's word")
class SegmentLimitTest {

    private static final int HEADERS = 52;
    private static final int PEER_MSS = 1448;

    private static SegmentLimit ofEthernet() {
        return new SegmentLimit(HEADERS, PEER_MSS, PEER_MSS, 0);
    }

    @Test
    void followsARouterForTenMinutes() {
        SegmentLimit limit = ofEthernet();
        limit.onDeviceMtu(1500);
        limit.onPathMtu(1000, 5);
        assertEquals(1000 - HEADERS, limit.mss());
        assertFalse(limit.expire(SegmentLimit.EXPIRES_NS + 4));
        assertTrue(limit.expire(SegmentLimit.EXPIRES_NS + 5));
        assertFalse(limit.expire(SegmentLimit.EXPIRES_NS + 6));
        assertEquals(PEER_MSS, limit.mss());
    }

    @Test
    void followsTheDeviceBothWaysButNeverBeyondWhatThePeerAccepts() {
        SegmentLimit limit = ofEthernet();
        limit.onDeviceMtu(1300);
        assertEquals(1300 - HEADERS, limit.mss());
        limit.onDeviceMtu(9000);
        assertEquals(PEER_MSS, limit.mss());
    }

    @Test
    void whatTheKernelHadLearnedExpiresToo() {
        SegmentLimit limit = new SegmentLimit(HEADERS, PEER_MSS, 500, 0);
        assertEquals(500, limit.mss());
        limit.onDeviceMtu(1500);
        assertEquals(500, limit.mss());
        assertTrue(limit.expire(SegmentLimit.EXPIRES_NS));
        assertEquals(PEER_MSS, limit.mss());
    }

    @Test
    @Hostile(value = "tiny MSS", layer = Layer.CORE)
    void noDeviceMakesSegmentsSmallerThanTheFloor() {
        SegmentLimit limit = ofEthernet();
        limit.onDeviceMtu(68);
        assertEquals(SenderConfig.MIN_MSS, limit.mss());
    }
}
