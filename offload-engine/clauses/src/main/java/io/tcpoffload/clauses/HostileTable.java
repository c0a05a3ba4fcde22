// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** {@code docs/hostile-input.md}: each input with what is required, the cases that show it and the counters it moves. */
final class HostileTable {

    private static final class Row {
        private final Map<Layer, Set<String>> tests = new EnumMap<>(Layer.class);
        private final Set<String> counters = new TreeSet<>();
    }

    private final Map<HostileInput, Row> rows = new LinkedHashMap<>();

    HostileTable(List<Shown> shown) {
        HostileInput.ROWS.forEach(input -> rows.put(input, new Row()));
        for (final Shown each : shown) {
            if (each.kind().equals("Hostile")) {
                add(each);
            }
        }
    }

    private void add(Shown each) {
        final Row row;
        try {
            row = rows.get(HostileInput.of(each.value("value", "")));
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException(each.place() + ": " + e.getMessage(), e);
        }
        row.tests.computeIfAbsent(Layer.valueOf(each.value("layer", "")), layer -> new TreeSet<>()).add(each.link());
        for (final String counter : each.value("counter", "").split(",")) {
            if (!counter.isBlank()) {
                row.counters.add(counter.strip());
            }
        }
    }

    /** A line for each row that lacks a case or a counter. */
    List<String> missing() {
        final List<String> missing = new ArrayList<>();
        rows.forEach((input, row) -> {
            final List<String> lacks = new ArrayList<>();
            if (!row.tests.containsKey(Layer.WIRE)) {
                lacks.add("no WIRE case");
            }
            if (input.shownAt().contains(Layer.PACKET) && !row.tests.containsKey(Layer.PACKET)) {
                lacks.add("no PACKET case");
            }
            if (input.shownAt().contains(Layer.CORE) && !row.tests.containsKey(Layer.PACKET)
                    && !row.tests.containsKey(Layer.CORE)) {
                lacks.add("no CORE case");
            }
            if (row.counters.isEmpty()) {
                lacks.add("no counter");
            }
            if (!lacks.isEmpty()) {
                missing.add(input.input() + ": " + String.join(", ", lacks));
            }
        });
        return missing;
    }

    String markdown() {
        final StringBuilder out = new StringBuilder("""
                # Hostile and odd input

                What a viewer, an attacker or the network may send, what becomes of it, and what shows that. Made of the `@Hostile`
                annotations of the tests; `mvn -q test -pl docs -am -Dtables=write` makes it anew.

                | input | required | packet cases | wire cases | core cases | counters |
                |---|---|---|---|---|---|
                """);
        rows.forEach((input, row) -> {
            out.append("| ").append(Markdown.cell(input.input())).append(" | ").append(Markdown.cell(input.required()));
            for (final Layer layer : Layer.values()) {
                out.append(" | ").append(String.join("<br>", row.tests.getOrDefault(layer, Set.of())));
            }
            out.append(" | ").append(String.join("<br>", row.counters.stream().map(c -> "`" + c + "`").toList())).append(" |\n");
        });
        return out.toString();
    }
}
