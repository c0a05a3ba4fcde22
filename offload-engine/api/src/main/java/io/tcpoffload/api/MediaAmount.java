// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * How much media: a number of bytes, or the time in which it was published. Immutable.
 *
 * @param bytes 0 or more; 0 if it is a time
 * @param time  null if it is a number of bytes, else more than zero
 */
public record MediaAmount(long bytes, Duration time) {

    /** No bytes: the option's default. */
    public static final MediaAmount DEFAULT = new MediaAmount(0, null);

    private static final Pattern BYTES = Pattern.compile("(\\d{1,18})\\s*([kmg]i?b|[kg]|b)?");
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})\\s*(ms|s|min|h)");

    public MediaAmount {
        if (bytes < 0 || time != null && (bytes != 0 || time.isNegative() || time.isZero())) {
            throw new OffloadException("an amount of media is 0 or more bytes, or a time of more than 0");
        }
    }

    public static MediaAmount ofBytes(long bytes) {
        return new MediaAmount(bytes, null);
    }

    public static MediaAmount ofTime(Duration time) {
        return new MediaAmount(0, Objects.requireNonNull(time));
    }

    public boolean isTime() {
        return time != null;
    }

    /** Whether nothing was set. */
    public boolean isDefault() {
        return time == null && bytes == 0;
    }

    /**
     * @param option the option's name, for the error message
     * @param text   a whole number of bytes, or with one of the units B, KB, MB, GB (a kilobyte has 1024 bytes) or, as a
     *               time, ms, s, min, h; in either case
     * @throws OffloadException naming the option, the text and what would be right
     */
    public static MediaAmount parse(String option, String text) {
        String form = text == null ? "" : text.strip().toLowerCase(Locale.ROOT);
        var bytes = BYTES.matcher(form);
        if (bytes.matches()) {
            return ofBytes(shifted(Long.parseLong(bytes.group(1)), bytes.group(2)));
        }
        var time = TIME.matcher(form);
        if (time.matches() && Long.parseLong(time.group(1)) > 0) {
            return ofTime(times(Long.parseLong(time.group(1)), time.group(2)));
        }
        throw new OffloadException(option + " '" + text + "' is not valid: " + (form.matches("\\d+m")
                ? "m may be minutes or megabytes; write min or MB"
                : "bytes such as 33554432 or 32MB, or a time such as 500ms, 10s or 5min"));
    }

    private static long shifted(long number, String unit) {
        int shift = unit == null ? 0 : switch (unit.charAt(0)) {
            case 'k' -> 10;
            case 'm' -> 20;
            case 'g' -> 30;
            default -> 0;
        };
        // Saturate: the option's own range check then names the range.
        return number > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : number << shift;
    }

    private static Duration times(long number, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "min" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        if (time == null) {
            return Long.toString(bytes);
        }
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }
}
