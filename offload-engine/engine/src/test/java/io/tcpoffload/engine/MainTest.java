// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

class MainTest {

    @Test
    void aMisspeltSettingIsNamed() {
        assertNull(Main.unknown(Set.of("control", "channel", "instance", "maxSessions")));
        String message = Main.unknown(Set.of("instance", "controll"));
        assertTrue(message.startsWith("setting 'controll' is unknown: listener, "), message);
        assertTrue(message.contains(", control, ") && message.contains(", channel "), message);
    }
}
