// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpoffload.api.DeviceInfo;
import io.tcpoffload.api.Published;
import io.tcpoffload.api.TransportMode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

    record Empty() {
    }

    @Test
    void writesARecordInTheOrderOfItsComponents() {
        assertEquals("{\"acceptedBytes\":9007199254740993,\"subscribers\":2,\"position\":3}",
                Json.of(new Published(9007199254740993L, 2, 3)));
        assertEquals("{}", Json.of(new Empty()));
    }

    @Test
    void nestsListsMapsAndRecords() {
        assertEquals("{\"d\":[{\"name\":\"lo\",\"ifindex\":1,\"mtu\":65536,\"sessions\":0,\"frames\":0}]}",
                Json.of(Map.of("d", List.of(new DeviceInfo("lo", 1, 65536, 0, 0)))));
        assertEquals("[]", Json.of(List.of()));
        assertEquals("{}", Json.of(Map.of()));
    }

    @Test
    void writesNullBooleanAndEnum() {
        assertEquals("[null,true,\"NIO\"]", Json.of(Arrays.asList(null, true, TransportMode.NIO)));
    }

    @Test
    void escapesWhatWouldBreakAString() {
        assertEquals("\"a\\\"b\\\\c\\n\\r\\t\\u0000\\u001b\\u007f\\u00e9\\ud83d\\ude00/\"",
                Json.of("a\"b\\c\n\r\t\0\u001b\u007fé😀/"));
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThrows(IllegalArgumentException.class, () -> Json.of(new Object()));
    }
}
