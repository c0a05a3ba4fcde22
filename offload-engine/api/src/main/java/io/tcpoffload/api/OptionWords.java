// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Enum constants as users write them: {@code LATEST_KEYFRAME} is {@code latestKeyframe}. */
final class OptionWords {

    private OptionWords() {
    }

    static String of(Enum<?> constant) {
        var word = new StringBuilder();
        boolean upper = false;
        for (char c : constant.name().toLowerCase(Locale.ROOT).toCharArray()) {
            if (c == '_') {
                upper = true;
            } else {
                word.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return word.toString();
    }

    static int number(String option, String text) {
        if (!text.strip().matches("\\d{1,9}")) {
            throw new OffloadException(option + " '" + text + "' is not valid: a whole number from 0 to 999999999");
        }
        return Integer.parseInt(text.strip());
    }

    /** 0, or a time as {@link MediaAmount} has it. */
    static Duration duration(String option, String text) {
        if (text.strip().matches("0+(ms|s)?")) {
            return Duration.ZERO;
        }
        MediaAmount amount = MediaAmount.parse(option, text);
        if (!amount.isTime()) {
            throw new OffloadException(option + " '" + text + "' is not valid: a time such as 500ms, 10s or 5min");
        }
        return amount.time();
    }

    /** Case, hyphens and underscores don't matter: {@code latest-keyframe} is the same. */
    static <E extends Enum<E>> E parse(String option, Class<E> type, String text) {
        String wanted = text == null ? "" : text.strip().replaceAll("[-_]", "");
        return Arrays.stream(type.getEnumConstants())
                .filter(e -> of(e).equalsIgnoreCase(wanted))
                .findFirst()
                .orElseThrow(() -> new OffloadException(option + " '" + text + "' is not valid: one of "
                        + Arrays.stream(type.getEnumConstants()).map(OptionWords::of).collect(Collectors.joining(", "))));
    }
}
