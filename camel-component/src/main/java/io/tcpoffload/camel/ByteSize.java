// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadException;
import java.util.Locale;
import java.util.regex.Pattern;

/** A number of bytes as people write it: {@code 33554432}, {@code 32MB}, {@code 512k}. A kilobyte has 1024 bytes. */
final class ByteSize {

    private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\s*([kmg]?)(i?b)?", Pattern.CASE_INSENSITIVE);

    private ByteSize() {
    }

    /**
     * @param option the option's name, for the error message
     * @param text   a whole number, with or without one of the units B, KB, MB, GB in either case
     * @return bytes
     * @throws OffloadException if the text is no size
     */
    static long parse(String option, String text) {
        var m = FORM.matcher(text.strip());
        if (!m.matches()) {
            throw new OffloadException(option + " '" + text + "' is not valid: a number of bytes with or without a "
                    + "unit, such as 33554432, 32768KB or 32MB");
        }
        int shift = switch (m.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
        };
        long number = Long.parseLong(m.group(1));
        // Saturate: the channel's own range check then names the range.
        return number > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : number << shift;
    }
}
