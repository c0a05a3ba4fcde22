// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import org.junit.jupiter.api.Test;

class SenderConfigTest {

    @Test
    @Hostile(value = "tiny MSS", layer = Layer.CORE)
    void namesKeyValueAndRange() {
        final IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> SenderConfig.forMss(10).build());
        assertEquals("mss = 10: must be 36 to 65495", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> SenderConfig.forMss(1000).giveUpNs(-1).build());
        assertThrows(IllegalArgumentException.class, () -> SenderConfig.forMss(1000).initialRtoNs(1).build());
        assertThrows(IllegalArgumentException.class, () -> SenderConfig.forMss(1000).keepAliveProbes(0).build());
    }

    @Test
    void aBuiltConfigurationDoesNotChange() {
        final SenderConfig.Builder builder = SenderConfig.forMss(1000);
        final SenderConfig config = builder.build();
        builder.initialCwndSegments(3);
        assertEquals(10_000, config.initialCwndBytes());
    }
}
