// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import io.tcpoffload.headend.RouteSource.Located;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.NoSuchLanguageException;
import org.apache.camel.ResolveEndpointFailedException;

/** Finds the line and the cause in what Camel throws when routes can't be read, made or started. */
final class RouteFaults {

    /** How Camel's XML and YAML readers name a place; the last one is where the reader stopped. */
    private static final Pattern PLACE = Pattern.compile("(?m)^ ?in [^\\n]*, line (\\d+), column \\d+:");
    private static final Pattern XML_NAMESPACE = Pattern.compile("\\{[^}\\n]*\\}(?=[A-Za-z])");
    /** How Camel names the step that it could not make. */
    private static final Pattern STEP = Pattern.compile(">>> (.*?)(\\.\\.\\.)? <<<", Pattern.DOTALL);
    private static final Pattern SCHEME = Pattern.compile("([^:]+):.*", Pattern.DOTALL);

    private RouteFaults() {
    }

    /** @param source what the routes were read from, as far as it could be read */
    static RouteException explain(Throwable thrown, List<Located> source) {
        if (thrown instanceof RouteException known) {
            return known;
        }
        NoSuchEndpointException endpoint = find(thrown, NoSuchEndpointException.class);
        if (endpoint != null) {
            return missing("component", SCHEME.matcher(endpoint.getUri()).replaceFirst("$1"), thrown, source);
        }
        NoSuchLanguageException language = find(thrown, NoSuchLanguageException.class);
        if (language != null) {
            return missing("language", language.getLanguage(), thrown, source);
        }
        return new RouteException(line(thrown, source), cause(thrown), false, thrown);
    }

    private static RouteException missing(String kind, String name, Throwable thrown, List<Located> source) {
        return new RouteException(line(thrown, source), "there is no Camel " + kind + " '" + name
                + "' (yet); the routes start when one is installed", true, thrown);
    }

    private static int line(Throwable thrown, List<Located> source) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            int line = 0;
            Matcher place = PLACE.matcher(String.valueOf(t.getMessage()));
            while (place.find()) {
                line = Integer.parseInt(place.group(1));
            }
            if (line > 0) {
                return line;
            }
        }
        FailedToCreateRouteException uncreated = find(thrown, FailedToCreateRouteException.class);
        if (uncreated != null) {
            Matcher step = STEP.matcher(uncreated.getMessage());
            String label = step.find() ? step.group(1) : null;
            int line = label == null ? 0 : lastLine(source, l -> l.label().startsWith(label));
            return line > 0 ? line : lastLine(source, l -> l.isRoute(uncreated.getRouteId()));
        }
        FailedToStartRouteException unstarted = find(thrown, FailedToStartRouteException.class);
        return unstarted == null ? 0 : lastLine(source, l -> l.isRoute(unstarted.getRouteId()));
    }

    /** The last one, because of two routes with the same id it is the second that fails. */
    private static int lastLine(List<Located> source, java.util.function.Predicate<Located> wanted) {
        return source.stream().filter(wanted).mapToInt(Located::line).reduce(0, (earlier, later) -> later);
    }

    private static String cause(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String text = oneLine(String.valueOf(root.getMessage()));
        if (root.getMessage() == null || root.getClass().getName().startsWith("java.")
                && !(root instanceof IllegalArgumentException) && !(root instanceof UnsupportedOperationException)) {
            // Such as ClassNotFoundException, whose message is no sentence.
            text = root.getClass().getSimpleName() + ": " + text;
        }
        ResolveEndpointFailedException endpoint = find(thrown, ResolveEndpointFailedException.class);
        if (endpoint != null) {
            String uri = endpoint.getUri();
            String said = "Failed to resolve endpoint: " + uri + " due to: ";
            text = uri + ": " + (text.startsWith(said) ? text.substring(said.length()) : text);
        }
        return text;
    }

    /** Without the excerpts from the file, which the YAML reader indents and the XML reader puts at the end. */
    private static String oneLine(String message) {
        Matcher place = PLACE.matcher(message);
        String text = place.find() && !message.startsWith(" ", place.start())
                ? message.substring(0, place.start()) : message;
        text = text.lines().filter(line -> !line.isBlank() && !line.startsWith(" ")).collect(Collectors.joining(", "));
        return XML_NAMESPACE.matcher(text).replaceAll("").strip();
    }

    private static <T extends Throwable> T find(Throwable thrown, Class<T> type) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
