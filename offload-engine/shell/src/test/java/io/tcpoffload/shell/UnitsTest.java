// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {

    @ParameterizedTest
    @CsvSource({"0,0 B", "999,999 B", "1000,1.00 kB", "9999,10.0 kB", "64240,64.2 kB", "999499,999 kB",
        "999500,1.00 MB", "20000000000,20.0 GB", "9223372036854775807,9.22 EB"})
    void showsBytesWithThreeDigits(long n, String expected) {
        assertEquals(expected, Units.bytes(n));
    }

    @ParameterizedTest
    @CsvSource({"-5,0s", "59999,59s", "60000,1m00s", "3599000,59m59s", "3600000,1h00m", "86400000,1d00h",
        "183600000,2d03h"})
    void showsAgesByTheirTwoLargestUnits(long millis, String expected) {
        assertEquals(expected, Units.age(millis));
    }

    @ParameterizedTest
    @CsvSource({"40,40 us", "1250,1.3 ms", "250000,250.0 ms"})
    void showsRoundTripTimes(long micros, String expected) {
        assertEquals(expected, Units.micros(micros));
    }
}
