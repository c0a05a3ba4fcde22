// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** {@code docs/tcp-clauses.md}: clause, what we do, whose way, tests. */
final class ClauseTable {

    private record Line(int rfc, String section, String does, String way) {

        private static String key(String section) {
            final StringBuilder key = new StringBuilder();
            for (final String part : section.split("[.]")) {
                key.append(part.matches("[0-9]+") ? "%05d".formatted(Integer.parseInt(part)) : "a" + part).append('.');
            }
            return key.toString();
        }

        private static final Comparator<Line> ORDER = Comparator.comparingInt(Line::rfc)
                .thenComparing(line -> key(line.section)).thenComparing(Line::does).thenComparing(Line::way);
    }

    private final Map<Line, Set<String>> tests = new TreeMap<>(Line.ORDER);

    ClauseTable(List<Shown> shown) {
        for (final Shown each : shown) {
            if (each.kind().equals("Clause")) {
                final String does = each.value("does", "").strip();
                final String section = each.value("section", "");
                if (does.isEmpty() || does.contains("\n")) {
                    throw new IllegalArgumentException(each.place() + ": does = \"" + does + "\": must be one line");
                }
                if (!section.matches("|[0-9A-Z]+([.][0-9]+)*( .*)?")) {
                    throw new IllegalArgumentException(each.place() + ": section = \"" + section
                            + "\": must be like \"6.2\", \"A.1\" or \"6.2 step 4\"");
                }
                final Line line = new Line(Rfc.number(each.value("rfc", ""), each.place()), section, does,
                        each.value("way", "RFC"));
                tests.computeIfAbsent(line, l -> new TreeSet<>()).add(each.link());
            }
        }
    }

    String markdown() {
        final StringBuilder out = new StringBuilder("""
                # What the sender does, clause by clause

                Made of the `@Clause` annotations of the tests; `mvn -q test -pl docs -am -Dtables=write` makes it anew.
                *Linux* means: the RFC leaves a choice, or Linux differs on purpose, and we do what Linux does.
                """);
        int heading = -1;
        for (final Map.Entry<Line, Set<String>> each : tests.entrySet()) {
            final Line line = each.getKey();
            if (line.rfc != heading) {
                heading = line.rfc;
                out.append("\n## ").append(Rfc.heading(heading)).append("\n\n| section | what we do | way | tests |\n|---|---|---|---|\n");
            }
            out.append("| ").append(line.section).append(" | ").append(Markdown.cell(line.does)).append(" | ")
                    .append(line.way.equals("RFC") ? "RFC" : "Linux").append(" | ")
                    .append(String.join("<br>", each.getValue())).append(" |\n");
        }
        return out.toString();
    }
}
