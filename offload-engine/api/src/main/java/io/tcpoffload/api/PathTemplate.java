// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A path of a URL, or a pattern for many: {@code /news}, {@code /{channel}}, {@code /vod/{title}/{*file}}. {@code {name}}
 * stands for one segment, {@code {*name}} at the end for the rest, which may be empty. Of the templates that match a path
 * the most specific one wins: segment by segment from the left a literal beats a variable, which beats a rest. Immutable.
 */
public final class PathTemplate implements Comparable<PathTemplate> {

    /** Name of the variable that says which channel is meant. */
    public static final String CHANNEL = "channel";
    /** Longest path. */
    public static final int MAX_LENGTH = 512;

    private static final Pattern VARIABLE = Pattern.compile("\\{(\\*?)([A-Za-z][A-Za-z0-9_]{0,31})}");
    private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9._~!$&'()+,;=:@-]*");

    private enum Kind {
        LITERAL, VARIABLE, REST
    }

    private record Part(Kind kind, String text) {

        boolean matches(String segment) {
            return kind == Kind.LITERAL ? text.equals(segment) : !segment.isEmpty();
        }
    }

    private final List<Part> parts;
    private final String text;

    private PathTemplate(List<Part> parts, String text) {
        this.parts = parts;
        this.text = text;
    }

    /**
     * @param text with or without the leading slash
     * @throws OffloadException naming what is wrong and what would be right
     */
    public static PathTemplate parse(String text) {
        String path = text == null ? "" : text.startsWith("/") ? text.substring(1) : text;
        if (path.length() > MAX_LENGTH) {
            throw new OffloadException("a path of " + path.length() + " characters is too long: at most " + MAX_LENGTH);
        }
        List<Part> parts = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String segment : path.split("/", -1)) {
            Part part = part(segment);
            boolean afterRest = !parts.isEmpty() && parts.get(parts.size() - 1).kind() == Kind.REST;
            if (part == null || afterRest || part.kind() != Kind.LITERAL && !names.add(part.text())) {
                throw new OffloadException("path '/" + path + "' is not valid: segments of letters, digits and . _ ~ - "
                        + "or a variable such as {channel}, each name once; {*rest} only at the end");
            }
            parts.add(part);
        }
        return new PathTemplate(List.copyOf(parts), "/" + path);
    }

    private static Part part(String segment) {
        var variable = VARIABLE.matcher(segment);
        if (variable.matches()) {
            return new Part(variable.group(1).isEmpty() ? Kind.VARIABLE : Kind.REST, variable.group(2));
        }
        return LITERAL.matcher(segment).matches() ? new Part(Kind.LITERAL, segment) : null;
    }

    /**
     * The values of the variables, by name, if the path matches; null if not.
     *
     * @param path decoded, beginning with a slash
     */
    public Map<String, String> match(String path) {
        String[] segments = path.substring(1).split("/", -1);
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (part.kind() == Kind.REST) {
                values.put(part.text(), i >= segments.length ? "" : String.join("/",
                        Arrays.asList(segments).subList(i, segments.length)));
                return values;
            }
            if (i >= segments.length || !part.matches(segments[i])) {
                return null;
            }
            if (part.kind() == Kind.VARIABLE) {
                values.put(part.text(), segments[i]);
            }
        }
        return segments.length == parts.size() ? values : null;
    }

    /** Whether it has variables. */
    public boolean isPattern() {
        return parts.stream().anyMatch(part -> part.kind() != Kind.LITERAL);
    }

    /** The more specific one first. Templates that match the same paths are equal in this order. */
    @Override
    public int compareTo(PathTemplate other) {
        for (int i = 0; i < Math.min(parts.size(), other.parts.size()); i++) {
            Part mine = parts.get(i);
            Part its = other.parts.get(i);
            int order = mine.kind().compareTo(its.kind());
            if (order == 0 && mine.kind() == Kind.LITERAL) {
                order = mine.text().compareTo(its.text());
            }
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(other.parts.size(), parts.size());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof PathTemplate other && parts.equals(other.parts);
    }

    @Override
    public int hashCode() {
        return parts.hashCode();
    }

    /** With the leading slash. */
    @Override
    public String toString() {
        return text;
    }
}
