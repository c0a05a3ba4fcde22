// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class RouteSourceTest {

    private static final String XML = """
            <routes>
              <route id="x">
                <from uri="timer:a"/>
                <to uri="log:x"/>
              </route>
            </routes>
            """;
    private static final String YAML = """
            - route:
                id: x
                from:
                  uri: timer:a
                  steps:
                    - to: log:x
            """;

    private static RouteException fault(String name, String text) throws IOException {
        try (var draft = new DefaultCamelContext()) {
            return assertThrows(RouteException.class, () -> source(name, text).check(draft));
        }
    }

    private static RouteSource source(String name, String text) {
        return new RouteSource(name, name.endsWith(".xml") ? RouteFileType.XML : RouteFileType.YAML,
                text.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertFault(String expected, String name, String text) throws IOException {
        String line = fault(name, text).in(name);
        assertEquals(expected, line);
        assertFalse(line.contains("\n"));
    }

    @Test
    void acceptsWhatIsRightAndStartsNothing() throws IOException {
        for (String name : new String[] {"a.xml", "a.b.xml", "a.yaml", "a.yml", "a.camel.yaml"}) {
            try (var draft = new DefaultCamelContext()) {
                assertDoesNotThrow(() -> source(name, name.endsWith("xml") ? XML : YAML).check(draft), name);
                assertFalse(draft.isStarted());
                assertEquals(0, draft.getRoutesSize());
            }
        }
    }

    @Test
    void acceptsCamelsNamespaces() throws IOException {
        for (String namespace : new String[] {"spring", "xml-io"}) {
            try (var draft = new DefaultCamelContext()) {
                assertDoesNotThrow(() -> source("a.xml", XML.replace("<routes>",
                        "<routes xmlns='http://camel.apache.org/schema/" + namespace + "'>")).check(draft));
            }
        }
    }

    @Test
    void namesTheLineOfXmlThatIsNotWellFormed() throws IOException {
        assertFault("a.xml:5: The element type \"to\" must be terminated by the matching end-tag \"</to>\".", "a.xml",
                XML.replace("log:x\"/>", "log:x\">"));
        assertFault("a.xml:7: XML document structures must start and end within the same entity.", "a.xml",
                XML.replace("</routes>", ""));
        assertFault("a.xml:1: Premature end of file.", "a.xml", "");
    }

    @Test
    void namesTheLineOfUnknownElementsAndAttributes() throws IOException {
        assertFault("a.xml:4: Unexpected element 'tro'", "a.xml", XML.replace("<to ", "<tro "));
        assertFault("a.xml:4: Unexpected attribute 'url'", "a.xml", XML.replace("<to uri", "<to url"));
    }

    @Test
    void namesTheLineOfBrokenYaml() throws IOException {
        assertFault("a.yaml:5: while parsing a block mapping, expected <block end>, but found '<block mapping start>'",
                "a.yaml", YAML.replace("      steps", "     steps"));
        assertFault("a.yaml:6: Unsupported field: stps", "a.yaml", YAML.replace("steps", "stps"));
        assertFault("a.yaml:6: Unknown node id: tox", "a.yaml", YAML.replace("- to:", "- tox:"));
        assertFault("a.yaml:1: Unknown node id: rote", "a.yaml", YAML.replace("- route", "- rote"));
    }

    @Test
    void namesTheLineOfAnEndpointThatIsWrong() throws IOException {
        String unknown = "There are 1 parameters that couldn't be set on the endpoint. Check the uri if the parameters "
                + "are spelt correctly and that they are properties of the endpoint. Unknown parameters=[{foo=1}]";
        assertFault("a.xml:4: log://x?foo=1: " + unknown, "a.xml", XML.replace("log:x", "log:x?foo=1"));
        assertFault("a.yaml:6: log://x?foo=1: " + unknown, "a.yaml", YAML.replace("log:x", "log:x?foo=1"));
        assertFault("a.xml:3: timer://a?foo=1: " + unknown, "a.xml", XML.replace("timer:a", "timer:a?foo=1"));
        assertFault("a.xml:4: tcpoffload://x?storeSize=1: storeSize 1 is out of range: 1048576 to 1073741824 bytes",
                "a.xml", XML.replace("log:x", "tcpoffload:x?storeSize=1"));
    }

    @Test
    void namesTheComponentThatIsMissing() throws IOException {
        var fault = fault("a.xml", XML.replace("timer:", "tmer:"));
        assertEquals("a.xml:3: there is no Camel component 'tmer' (yet); the routes start when one is installed",
                fault.in("a.xml"));
        assertTrue(fault.curedByInstalling());
        assertFalse(fault("a.xml", "<routes/>").curedByInstalling());
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        assertFault("a.xml: there is no route in it", "a.xml", "<routes/>");
        assertFault("a.xml:2: the route has no from", "a.xml", XML.replaceFirst("<from .*/>", ""));
    }
}
