// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import java.util.regex.Pattern;

/**
 * The part of a representation that a Range field asks for (RFC 9110 section 14). One range is served; several, another
 * unit, and what is malformed count as no range, which section 14.2 allows.
 *
 * @param first offset of the first byte
 * @param last  offset of the last byte
 */
record ByteRange(long first, long last) {

    /** There is none of what was asked for: 416. */
    static final ByteRange UNSATISFIABLE = new ByteRange(-1, -1);

    private static final Pattern FORM = Pattern.compile("(?i)bytes\\s*=\\s*(?:(\\d{1,18})-(\\d{1,18})?|-(\\d{1,18}))\\s*");

    /**
     * @param field  of the request, null if it has none
     * @param length of the representation
     * @return null for all of it
     */
    static ByteRange parse(String field, long length) {
        var m = FORM.matcher(field == null ? "" : field);
        if (!m.matches()) {
            return null;
        }
        if (m.group(3) != null) {
            long suffix = Long.parseLong(m.group(3));
            return suffix == 0 || length == 0 ? UNSATISFIABLE : new ByteRange(Math.max(0, length - suffix), length - 1);
        }
        long first = Long.parseLong(m.group(1));
        long last = m.group(2) == null ? Long.MAX_VALUE : Long.parseLong(m.group(2));
        if (last < first) {
            return null;
        }
        return first >= length ? UNSATISFIABLE : new ByteRange(first, Math.min(last, length - 1));
    }

    long length() {
        return last - first + 1;
    }
}
