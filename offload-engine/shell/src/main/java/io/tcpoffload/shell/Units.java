// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import java.util.Locale;

/** Quantities at a glance: three digits and a unit. JSON has the exact ones. */
final class Units {

    private static final String[] BYTES = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Units() {
    }

    /** Powers of 1000, as bit rates are given. */
    static String bytes(long n) {
        double value = n;
        int unit = 0;
        // 999.5 would be printed as 1000 of the smaller unit.
        while (Math.abs(value) >= 999.5 && unit < BYTES.length - 1) {
            value /= 1000;
            unit++;
        }
        if (unit == 0) {
            return n + " B";
        }
        return String.format(Locale.ROOT, value < 9.995 ? "%.2f %s" : value < 99.95 ? "%.1f %s" : "%.0f %s", value,
                BYTES[unit]);
    }

    /** A time of microseconds, in milliseconds with one decimal where it is one or more. */
    static String micros(long n) {
        return n < 1000 ? n + " us" : String.format(Locale.ROOT, "%.1f ms", n / 1000.0);
    }

    /** Milliseconds as {@code 42s}, {@code 3m07s}, {@code 5h04m} or {@code 2d03h}; never negative. */
    static String age(long millis) {
        long s = Math.max(0, millis) / 1000;
        if (s < 60) {
            return s + "s";
        }
        if (s < 3600) {
            return String.format(Locale.ROOT, "%dm%02ds", s / 60, s % 60);
        }
        if (s < 86_400) {
            return String.format(Locale.ROOT, "%dh%02dm", s / 3600, s / 60 % 60);
        }
        return String.format(Locale.ROOT, "%dd%02dh", s / 86_400, s / 3600 % 24);
    }
}
