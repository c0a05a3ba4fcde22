// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoConfigurationTest {

    private static String refusal(Map<String, ?> properties) {
        return assertThrows(IllegalArgumentException.class, () -> DemoConfiguration.of(properties)).getMessage();
    }

    @Test
    void withoutValuesTheDemoRuns() {
        assertEquals(new DemoConfiguration(true, "demo"), DemoConfiguration.of(Map.of()));
    }

    @Test
    void readsValuesOfEitherType() {
        var off = new DemoConfiguration(false, "clip");
        assertEquals(off, DemoConfiguration.of(Map.of("enabled", false, "channel", "clip")));
        assertEquals(off, DemoConfiguration.of(Map.of("enabled", "false", "channel", " clip ")));
    }

    @Test
    void wrongValueIsNamedWithWhatWouldBeRight() {
        assertEquals("enabled = 'maybe' is not valid: true or false", refusal(Map.of("enabled", "maybe")));
        assertEquals("channel = 'my demo' is not valid: 1 to 64 letters, digits, '.', '-' or '_', starting with a "
                + "letter or digit", refusal(Map.of("channel", "my demo")));
    }
}
