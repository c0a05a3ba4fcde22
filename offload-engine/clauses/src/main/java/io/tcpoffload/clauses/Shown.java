// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

import java.nio.file.Path;
import java.util.Map;

/**
 * One annotation in a test source.
 *
 * @param kind {@code Clause} or {@code Hostile}
 * @param values its attributes, strings joined, enum constants by their simple name
 * @param source file, relative to the repository
 * @param className top-level class
 * @param method test method, or empty when the annotation is the class's
 */
record Shown(String kind, Map<String, String> values, Path source, String className, String method) {

    /** Attribute {@code name}, or {@code otherwise} when it is not given. */
    String value(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    /** A Markdown link to the test from a file in {@code docs/}. */
    String link() {
        return "[" + className + (method.isEmpty() ? "" : "." + method) + "](../" + source.toString().replace('\\', '/') + ")";
    }

    /** Where it stands, for messages. */
    String place() {
        return source + (method.isEmpty() ? "" : ", " + method);
    }
}
