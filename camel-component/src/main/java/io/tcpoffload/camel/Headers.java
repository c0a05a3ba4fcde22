// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.Message;

/** Reads the headers that a route has set. A wrong value is named, with what would be right, and never guessed at. */
final class Headers {

    private Headers() {
    }

    static boolean flag(Message message, String name, boolean otherwise) {
        Object value = message.getHeader(name);
        if (value == null) {
            return otherwise;
        } else if (value instanceof Boolean flag) {
            return flag;
        } else if ("true".equals(value) || "false".equals(value)) {
            return "true".equals(value);
        }
        throw wrong(name, value, "true or false");
    }

    /** A whole number, or {@code otherwise} when there is none. */
    static long number(Message message, String name, long otherwise) {
        Object value = message.getHeader(name);
        return value == null ? otherwise : number(name, value);
    }

    private static long number(String name, Object value) {
        if (value instanceof Number number && number.longValue() == number.doubleValue()) {
            return number.longValue();
        }
        try {
            return Long.parseLong(value.toString().strip());
        } catch (NumberFormatException e) {
            throw wrong(name, value, "a whole number");
        }
    }

    /** Null when there is none, or an empty one. */
    static String text(Message message, String name) {
        Object value = message.getHeader(name);
        return value == null || value.toString().isEmpty() ? null : value.toString();
    }

    /** Null when there are none: the body is for all. */
    static Set<Long> sessions(Message message, String name) {
        Object value = message.getHeader(name);
        if (value == null) {
            return null;
        }
        Collection<?> all = value instanceof Collection<?> many ? many : List.of(value.toString().split(","));
        Set<Long> sessions = new LinkedHashSet<>();
        all.forEach(one -> sessions.add(number(name, one)));
        return sessions;
    }

    private static UnpublishableException wrong(String name, Object value, String right) {
        return new UnpublishableException("header " + name + " '" + value + "' of type " + value.getClass().getTypeName()
                + " is not valid: " + right);
    }
}
