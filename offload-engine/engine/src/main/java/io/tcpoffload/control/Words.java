// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.control;

import io.tcpoffload.api.OffloadException;

/** A line of words, taken one after another. */
final class Words {

    private String rest;

    Words(String line) {
        rest = line.strip();
    }

    boolean more() {
        return !rest.isEmpty();
    }

    /** @param what is missing if there is no more */
    String next(String what) {
        if (rest.isEmpty()) {
            throw new OffloadException(what + " is missing: 'help' shows what is needed");
        }
        int end = 0;
        while (end < rest.length() && !Character.isWhitespace(rest.charAt(end))) {
            end++;
        }
        String word = rest.substring(0, end);
        rest = rest.substring(end).strip();
        return word;
    }

    /** All that is left, blanks included. */
    String rest(String what) {
        if (rest.isEmpty()) {
            throw new OffloadException(what + " is missing: 'help' shows what is needed");
        }
        String all = rest;
        rest = "";
        return all;
    }

    long session() {
        return number("a session");
    }

    long number(String what) {
        String word = next(what);
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new OffloadException("'" + word + "' is not " + what + ": a number is needed");
        }
    }

    void end() {
        if (!rest.isEmpty()) {
            throw new OffloadException("'" + rest + "' is too much: 'help' shows what is needed");
        }
    }

    static int integer(String key, String value, int least) {
        int number;
        try {
            number = Integer.parseInt(value);
        } catch (NumberFormatException e) {
            number = least - 1;
        }
        if (number < least) {
            throw new OffloadException(key + " '" + value + "' is not valid: a number of " + least + " or more is needed");
        }
        return number;
    }
}
