// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {

    @ParameterizedTest
    @CsvSource({"bytes=0-0,0,0", "bytes=0-,0,99", "bytes=10-19,10,19", "bytes=90-1000,90,99", "bytes=-5,95,99",
        "bytes=-1000,0,99", "Bytes = 3-4,3,4", "bytes=99-99,99,99"})
    void readsOneRange(String field, long first, long last) {
        assertEquals(new ByteRange(first, last), ByteRange.parse(field, 100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-1,5-6", "lines=0-1", "bytes=5-4", "bytes=a-b", "bytes", "bytes=-", "",
        "bytes=99999999999999999999-"})
    void ignoresWhatItDoesNotServe(String field) {
        assertNull(ByteRange.parse(field, 100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0"})
    void tellsThatThereIsNothing(String field) {
        assertSame(ByteRange.UNSATISFIABLE, ByteRange.parse(field, 100));
    }

    @Test
    void takesNoFieldForAll() {
        assertNull(ByteRange.parse(null, 100));
        assertSame(ByteRange.UNSATISFIABLE, ByteRange.parse("bytes=-5", 0));
    }
}
