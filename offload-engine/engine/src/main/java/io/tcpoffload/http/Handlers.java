// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.tcpoffload.api.OffloadException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The handlers of one listener, the most specific first. Thread-safe. */
public final class Handlers {

    /** A handler and the values of its path's variables. */
    record Match(Handler handler, Map<String, String> variables) {
    }

    private volatile List<Handler> sorted = List.of();

    /** @throws OffloadException if another one has a template for the same paths; the message names both */
    public synchronized void add(Handler handler) {
        for (Handler other : sorted) {
            if (other.spec().path().compareTo(handler.spec().path()) == 0) {
                throw new OffloadException("the requests for " + handler.spec().path() + " are " + other.spec().owner()
                        + "'s already: " + handler.spec().owner() + " needs another path, or another listener");
            }
        }
        List<Handler> more = new ArrayList<>(sorted);
        more.add(handler);
        more.sort(Comparator.comparing(h -> h.spec().path()));
        sorted = List.copyOf(more);
    }

    public synchronized void remove(Handler handler) {
        sorted = sorted.stream().filter(other -> other != handler).toList();
    }

    public boolean isEmpty() {
        return sorted.isEmpty();
    }

    /** Null when none is meant. */
    Match find(String path) {
        for (Handler handler : sorted) {
            Map<String, String> variables = handler.spec().path().match(path);
            if (variables != null) {
                return new Match(handler, variables);
            }
        }
        return null;
    }
}
