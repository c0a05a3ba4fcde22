// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.apache.camel.CamelContext;
import org.apache.camel.model.FromDefinition;
import org.apache.camel.model.Model;
import org.apache.camel.model.PollDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * The text of a route file at one moment.
 *
 * @param name the file's name
 * @param type {@link RouteFileType#XML} or {@link RouteFileType#YAML}
 * @param text its bytes
 */
record RouteSource(String name, RouteFileType type, byte[] text) {

    /**
     * A piece of a route and where it is.
     *
     * @param line    counted from 1
     * @param label   the piece, as Camel names it
     * @param routeId the route's id, null if it has none of its own
     */
    record Located(int line, String label, String routeId) {

        boolean isRoute(String id) {
            return id != null && id.equals(routeId);
        }
    }

    /** @throws IOException if the file can't be read */
    static RouteSource of(Path file) throws IOException {
        String name = file.getFileName().toString();
        RouteFileType type = name.toLowerCase(java.util.Locale.ROOT).endsWith(".xml")
                ? RouteFileType.XML : RouteFileType.YAML;
        return new RouteSource(name, type, Files.readAllBytes(file));
    }

    boolean sameAs(RouteSource other) {
        return other != null && Arrays.equals(text, other.text);
    }

    /** Adds the routes to a context, which starts them if it is started and starts routes by itself. */
    void loadInto(CamelContext context) throws Exception {
        // Camel picks the reader by all that follows the first dot, and knows no .yml.
        String stem = name.substring(0, name.lastIndexOf('.')).replace('.', '_');
        Resource resource = ResourceHelper.fromBytes(stem + (type == RouteFileType.XML ? ".xml" : ".yaml"), text);
        PluginHelper.getRoutesLoader(context).loadRoutes(resource);
    }

    /**
     * Finds what is wrong without starting anything: reads the routes and makes their endpoints in a context that is
     * thrown away.
     *
     * @param draft a new context, not started
     * @throws RouteException if the routes can't run
     */
    void check(CamelContext draft) throws RouteException {
        if (type == RouteFileType.XML) {
            checkWellFormed();
        }
        draft.setSourceLocationEnabled(true);
        try {
            loadInto(draft);
            draft.build();
        } catch (Exception e) {
            throw RouteFaults.explain(e, locations(draft));
        }
        List<RouteDefinition> routes = model(draft).getRouteDefinitions();
        if (routes.isEmpty() && model(draft).getRestDefinitions().isEmpty()) {
            throw new RouteException(0, "there is no route in it");
        }
        for (RouteDefinition route : routes) {
            if (route.getInput() == null) {
                throw new RouteException(route.getLineNumber(), "the route has no from");
            }
            checkEndpoint(draft, route.getInput().getLineNumber(), route.getInput().getEndpointUri());
            for (ProcessorDefinition<?> step : steps(route)) {
                if (step instanceof ToDefinition to) {
                    checkEndpoint(draft, step.getLineNumber(), to.getEndpointUri());
                } else if (step instanceof PollDefinition poll) {
                    checkEndpoint(draft, step.getLineNumber(), poll.getEndpointUri());
                }
            }
        }
    }

    private static void checkEndpoint(CamelContext draft, int line, String uri) throws RouteException {
        try {
            draft.getEndpoint(uri);
        } catch (RuntimeException e) {
            RouteException fault = RouteFaults.explain(e, List.of());
            throw new RouteException(line, fault.getMessage(), fault.curedByInstalling(), e);
        }
    }

    /** Camel's own reader takes XML that ends too early for XML without routes. */
    private void checkWellFormed() throws RouteException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(new ByteArrayInputStream(text));
            while (xml.hasNext()) {
                xml.next();
            }
        } catch (XMLStreamException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
            String message = e.getMessage().replaceFirst("(?s).*\\bMessage: ", "").strip().replaceAll("\\R+", " ");
            throw new RouteException(line, message, false, e);
        }
    }

    /** Where the pieces of the routes that a context has read are. */
    static List<Located> locations(CamelContext context) {
        List<Located> all = new ArrayList<>();
        for (RouteDefinition route : model(context).getRouteDefinitions()) {
            FromDefinition from = route.getInput();
            if (from != null) {
                all.add(new Located(from.getLineNumber(), from.toString(), route.getId()));
            }
            for (ProcessorDefinition<?> step : steps(route)) {
                all.add(new Located(step.getLineNumber(), step.toString(), null));
            }
        }
        return all;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Collection<ProcessorDefinition<?>> steps(RouteDefinition route) {
        return (Collection) ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(),
                ProcessorDefinition.class);
    }

    private static Model model(CamelContext context) {
        return context.getCamelContextExtension().getContextPlugin(Model.class);
    }
}
