// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Which files of a folder are Camel routes. The folder is shared with feature descriptors, Blueprint and Spring files
 * and configurations, whose own deployers must find them left alone, so that a file is claimed by what is in it.
 */
enum RouteFileType {

    /** Camel's XML, by its root element. */
    XML(".xml"),
    /** Camel's YAML, by its first key or by being a list, which no other deployer takes. */
    YAML(".yaml", ".yml"),
    /** Not a file of routes. */
    OTHER,
    /** XML that ends or breaks before its root element is known. */
    UNREADABLE_XML;

    /** Enough for any licence text before the first element. */
    private static final int HEAD_BYTES = 64 << 10;
    /** Root elements of Camel's XML; {@code beans} is Spring's too, told apart by its namespace. */
    private static final Set<String> ROOTS = Set.of("camel", "beans", "routes", "route", "routeTemplates",
            "routeTemplate", "templatedRoutes", "templatedRoute", "routeConfigurations", "routeConfiguration", "rests",
            "rest");
    private static final String CAMEL_NAMESPACES = "http://camel.apache.org/schema/";
    private static final Pattern FIRST_TAG = Pattern.compile("<([A-Za-z][A-Za-z0-9:_-]*)");
    private static final Pattern YAML_ROUTES = Pattern.compile(
            "\\A\\uFEFF?(\\s*([#%][^\\n]*|---[^\\n]*)?\\n)*(-\\s|apiVersion:\\s*['\"]?camel\\.apache\\.org/)");

    private final String[] extensions;

    RouteFileType(String... extensions) {
        this.extensions = extensions;
    }

    /** Whether routes are read from it. */
    boolean isRoutes() {
        return this == XML || this == YAML;
    }

    /** The type of a file that exists; what can't be read is {@link #OTHER}. */
    static RouteFileType of(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.startsWith(".") || !Files.isRegularFile(file)) {
            return OTHER;
        }
        for (RouteFileType type : new RouteFileType[] {XML, YAML}) {
            for (String extension : type.extensions) {
                if (name.endsWith(".camel" + extension)) {
                    return type;
                } else if (name.endsWith(extension)) {
                    return type.sniff(head(file));
                }
            }
        }
        return OTHER;
    }

    private static byte[] head(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(HEAD_BYTES);
        } catch (IOException e) {
            // Gone again, or not ours to read: the folder's watcher tells when that changes.
            return new byte[0];
        }
    }

    private RouteFileType sniff(byte[] head) {
        if (this == YAML) {
            return YAML_ROUTES.matcher(new String(head, StandardCharsets.UTF_8)).find() ? YAML : OTHER;
        }
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(new ByteArrayInputStream(head));
            while (xml.next() != XMLStreamConstants.START_ELEMENT) {
                continue;
            }
            String namespace = xml.getNamespaceURI();
            boolean camels = namespace == null || namespace.isEmpty() || namespace.startsWith(CAMEL_NAMESPACES);
            return camels && ROOTS.contains(xml.getLocalName()) ? XML : OTHER;
        } catch (XMLStreamException e) {
            var tag = FIRST_TAG.matcher(new String(head, StandardCharsets.UTF_8));
            if (tag.find()) {
                return ROOTS.contains(tag.group(1)) && !tag.group(1).equals("beans") ? XML : OTHER;
            }
            return UNREADABLE_XML;
        }
    }
}
