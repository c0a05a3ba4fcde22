// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Times in header fields (RFC 9110 section 5.6.7): GMT, whole seconds. The obsolete forms are not read. */
final class HttpDate {

    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private HttpDate() {
    }

    static String of(Instant time) {
        return FORM.format(time);
    }

    /** Null when it is none, which means that the field is ignored. */
    static Instant parse(String field) {
        try {
            return field == null ? null : Instant.from(FORM.parse(field));
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** As precise as a field can tell. */
    static Instant wholeSeconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }
}
