// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.shell;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The Camel contexts that are OSGi services. */
final class Contexts {

    private Contexts() {
    }

    /** All, by name. */
    static List<CamelContext> all(BundleContext bundle) {
        List<CamelContext> all = new ArrayList<>();
        try {
            for (ServiceReference<CamelContext> reference : bundle.getServiceReferences(CamelContext.class, null)) {
                CamelContext context = bundle.getService(reference);
                if (context != null) {
                    all.add(context);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        all.sort(Comparator.comparing(CamelContext::getName));
        return all;
    }

    /**
     * Those of a name.
     *
     * @param name null for all
     * @throws IllegalArgumentException naming those that there are, if there is none
     */
    static List<CamelContext> named(BundleContext bundle, String name) {
        List<CamelContext> all = all(bundle);
        List<CamelContext> named = all.stream().filter(c -> name == null || name.equals(c.getName())).toList();
        if (named.isEmpty() && name != null) {
            throw new IllegalArgumentException("there is no Camel context '" + name + "': "
                    + names(all.stream().map(CamelContext::getName).toList()));
        }
        return named;
    }

    /** As {@link #named}, for the one that has a route. */
    static CamelContext withRoute(BundleContext bundle, String name, String route) {
        List<CamelContext> named = named(bundle, name);
        return named.stream().filter(c -> c.getRoute(route) != null).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Camel context '" + name + "' has no route '" + route
                        + "': " + names(routes(named))));
    }

    static List<String> routes(List<CamelContext> contexts) {
        return contexts.stream().flatMap(c -> c.getRoutes().stream()).map(Route::getRouteId).toList();
    }

    private static String names(List<String> present) {
        return present.isEmpty() ? "there is none at all"
                : present.stream().sorted().distinct().collect(Collectors.joining(", "));
    }
}
