// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpoffload.api.OffloadException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BitRateTest {

    @ParameterizedTest
    @CsvSource({"8000000,8000000", "8M,8000000", "8 m,8000000", "500k,500000", "1G,1000000000", "8Mbit/s,8000000",
            "1504,1504", "1000000000000,1000000000000"})
    void readsNumberAndUnit(String text, long rate) {
        assertEquals(rate, BitRate.parse("bitrate", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fast", "-1", "8MB", "1503", "0", "1001G", "1.5M"})
    void namesOptionAndValueOfWhatIsNoRate(String text) {
        var e = assertThrows(OffloadException.class, () -> BitRate.parse("bitrate", text));
        assertEquals("bitrate '" + text + "' is not valid: 1504 to 1000000000000 bits a second, such as 8000000, 8000k or "
                + "8M", e.getMessage());
    }
}
