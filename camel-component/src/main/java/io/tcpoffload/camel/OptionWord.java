// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Enum constants as options have them: {@code DROP_OLDEST} is {@code dropOldest}. */
final class OptionWord {

    private OptionWord() {
    }

    static String of(Enum<?> constant) {
        String[] words = constant.name().toLowerCase(Locale.ROOT).split("_");
        return words[0] + Arrays.stream(words).skip(1)
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }

    /** @throws OffloadException naming the option, the value and those that are allowed */
    static <E extends Enum<E>> E parse(String option, Class<E> type, String value) {
        return Arrays.stream(type.getEnumConstants())
                .filter(e -> of(e).equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() -> new OffloadException(option + " '" + value + "' is not valid: one of "
                        + Arrays.stream(type.getEnumConstants()).map(OptionWord::of).collect(Collectors.joining(", "))));
    }
}
