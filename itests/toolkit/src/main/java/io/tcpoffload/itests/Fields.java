// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.HashMap;
import java.util.Map;

/** A line of {@code name=value} words. */
public final class Fields {

    private final Map<String, String> values = new HashMap<>();

    public Fields(String line) {
        for (String word : line.split(" ")) {
            int at = word.indexOf('=');
            if (at > 0) {
                values.put(word.substring(0, at), word.substring(at + 1));
            }
        }
    }

    public String text(String name) {
        return values.get(name);
    }

    public long number(String name) {
        return Long.parseLong(values.get(name));
    }
}
