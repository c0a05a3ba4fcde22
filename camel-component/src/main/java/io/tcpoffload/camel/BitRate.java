// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadException;
import java.util.Locale;
import java.util.regex.Pattern;

/** A rate as people write it: {@code 8000000}, {@code 8M}, {@code 500k}. As rates are sold, a k is 1000. */
final class BitRate {

    /** Below this a 188-byte packet takes more than a second. */
    static final long MIN = 1504;
    /** More than any link has. */
    static final long MAX = 1_000_000_000_000L;

    private static final Pattern FORM = Pattern.compile("(\\d{1,13})\\s*([kmg]?)(?:bit/s|bps)?", Pattern.CASE_INSENSITIVE);

    private BitRate() {
    }

    /**
     * @return bits a second
     * @throws OffloadException naming the option, the text and what would be right
     */
    static long parse(String option, String text) {
        var m = FORM.matcher(text == null ? "" : text.strip());
        if (m.matches()) {
            long factor = switch (m.group(2).toLowerCase(Locale.ROOT)) {
                case "k" -> 1000;
                case "m" -> 1_000_000;
                case "g" -> 1_000_000_000;
                default -> 1;
            };
            long number = Long.parseLong(m.group(1));
            if (number <= MAX / factor && number * factor >= MIN) {
                return number * factor;
            }
        }
        throw new OffloadException(option + " '" + text + "' is not valid: " + MIN + " to " + MAX + " bits a second, "
                + "such as 8000000, 8000k or 8M");
    }
}
