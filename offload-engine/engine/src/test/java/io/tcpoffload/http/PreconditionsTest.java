// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.tcpoffload.http.Preconditions.Outcome;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreconditionsTest {

    private static final String ETAG = "\"v1\"";
    private static final Instant CHANGED = Instant.parse("2026-01-02T03:04:05Z");

    private static HttpHeaders with(String name, String value) {
        return new DefaultHttpHeaders().set(name, value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "If-None-Match | \"v1\" | NOT_MODIFIED", "If-None-Match | W/\"v1\" | NOT_MODIFIED",
        "If-None-Match | \"a\", \"v1\" | NOT_MODIFIED", "If-None-Match | * | NOT_MODIFIED",
        "If-None-Match | \"v2\" | PROCEED", "If-Match | \"v1\" | PROCEED", "If-Match | * | PROCEED",
        "If-Match | \"v2\" | FAILED", "If-Match | W/\"v1\" | FAILED",
        "If-Modified-Since | Fri, 02 Jan 2026 03:04:05 GMT | NOT_MODIFIED",
        "If-Modified-Since | Fri, 02 Jan 2026 03:04:04 GMT | PROCEED", "If-Modified-Since | yesterday | PROCEED",
        "If-Unmodified-Since | Fri, 02 Jan 2026 03:04:04 GMT | FAILED",
        "If-Unmodified-Since | Fri, 02 Jan 2026 03:04:05 GMT | PROCEED"})
    void decides(String name, String value, Outcome outcome) {
        assertEquals(outcome, Preconditions.evaluate(with(name, value), ETAG, CHANGED));
    }

    @Test
    void takesTheTagBeforeTheTime() {
        HttpHeaders both = with("If-None-Match", "\"v2\"").set("If-Modified-Since", "Fri, 02 Jan 2026 03:04:05 GMT");
        assertEquals(Outcome.PROCEED, Preconditions.evaluate(both, ETAG, CHANGED));
        assertEquals(Outcome.PROCEED, Preconditions.evaluate(with("If-None-Match", "\"v1\""), null, null));
    }

    @Test
    void countsARangeOnlyForTheVeryRepresentation() {
        assertTrue(Preconditions.rangeCounts(new DefaultHttpHeaders(), ETAG, CHANGED));
        assertTrue(Preconditions.rangeCounts(with("If-Range", ETAG), ETAG, CHANGED));
        assertFalse(Preconditions.rangeCounts(with("If-Range", "\"v2\""), ETAG, CHANGED));
        assertFalse(Preconditions.rangeCounts(with("If-Range", "W/\"v1\""), "W/\"v1\"", CHANGED), "weak tags never do");
        assertTrue(Preconditions.rangeCounts(with("If-Range", "Fri, 02 Jan 2026 03:04:05 GMT"), ETAG, CHANGED));
        assertFalse(Preconditions.rangeCounts(with("If-Range", "Fri, 02 Jan 2026 03:04:06 GMT"), ETAG, CHANGED));
        assertEquals("Fri, 02 Jan 2026 03:04:05 GMT", HttpDate.of(CHANGED));
    }
}
