// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpoffload.api.OffloadException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({"0,0", "33554432,33554432", "1B,1", "512k,524288", "32MB,33554432", "32mb,33554432", "32 MiB,33554432",
            "1G,1073741824", "999999999999999999G,9223372036854775807"})
    void readsNumberAndUnit(String text, long bytes) {
        assertEquals(bytes, ByteSize.parse("storeSize", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MB", "-1", "1.5MB", "32XB", "32MBit", "30s"})
    void namesOptionAndValueOfWhatIsNoSize(String text) {
        var e = assertThrows(OffloadException.class, () -> ByteSize.parse("storeSize", text));
        assertEquals("storeSize '" + text + "' is not valid: a number of bytes with or without a unit, such as "
                + "33554432, 32768KB or 32MB", e.getMessage());
    }

    @Test
    void ignoresSpaceAround() {
        assertEquals(2048, ByteSize.parse("storeSize", " 2KB "));
    }
}
