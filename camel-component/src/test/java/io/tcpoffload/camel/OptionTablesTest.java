// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.camel.CatalogCamelContext;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.ComponentModel;
import org.apache.camel.tooling.model.JsonMapper;
import org.junit.jupiter.api.Test;

/** The tables of options and headers in docs/camel-component.md are what the catalog says. */
class OptionTablesTest extends CamelTestSupport {

    private static final Path PAGE = Path.of(System.getProperty("basedir", ".")).resolve("../docs/camel-component.md");
    private static final boolean WRITE = "write".equals(System.getProperty("tables"));
    private static final String COMMAND = "mvn -q test -pl camel-component -am -Dtest=OptionTablesTest "
            + "-Dsurefire.failIfNoSpecifiedTests=false -Dtables=write";

    private ComponentModel model;

    @Test
    void pageHasTheOptionsAndHeadersOfTheCatalog() throws Exception {
        model = JsonMapper.generateComponentModel(((CatalogCamelContext) context)
                .getComponentParameterJsonSchema("tcpoffload"));
        String page = Files.readString(PAGE);
        String made = page;
        made = replace(made, "path", table(model.getEndpointPathOptions()));
        for (String label : model.getEndpointParameterOptions().stream().map(OptionTablesTest::group).distinct().toList()) {
            made = replace(made, label, table(model.getEndpointParameterOptions().stream()
                    .filter(option -> group(option).equals(label)).toList()));
        }
        made = replace(made, "component", table(model.getComponentOptions().stream()
                .filter(option -> !option.getName().equals("configuration"))
                .filter(option -> model.getEndpointParameterOptions().stream()
                        .noneMatch(other -> other.getName().equals(option.getName()))).toList()));
        made = replace(made, "headers", headers());
        if (WRITE) {
            Files.writeString(PAGE, made);
        } else {
            assertEquals(made, page, "docs/camel-component.md is not what the catalog says; make it anew: " + COMMAND);
        }
    }

    private static String group(BaseOptionModel option) {
        String label = option.getLabel() == null ? "" : option.getLabel();
        if (label.contains("advanced")) {
            return "advanced";
        }
        return label.isEmpty() ? "common" : label;
    }

    private static String table(List<? extends BaseOptionModel> options) {
        return options.stream().map(option -> "| `" + option.getName() + "` | " + cell(option.getDescription()) + " | "
                + (option.getDefaultValue() == null ? "" : "`" + option.getDefaultValue() + "`") + " |\n")
                .collect(Collectors.joining("", "| option | meaning | default |\n|---|---|---|\n", ""));
    }

    private String headers() {
        return model.getEndpointHeaders().stream().map(header -> "| `" + header.getName() + "` | "
                + header.getShortJavaType()
                + " | " + (header.getLabel() == null || header.getLabel().isEmpty() ? "both" : header.getLabel()) + " | "
                + cell(header.getDescription()) + " |\n")
                .collect(Collectors.joining("", "| header | type | side | meaning |\n|---|---|---|---|\n", ""));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }

    private static String replace(String page, String name, String table) {
        String begin = "<!-- generated: " + name + " -->\n";
        String end = "<!-- end: " + name + " -->";
        int from = page.indexOf(begin);
        int to = page.indexOf(end);
        assertTrue(from >= 0 && to > from, "docs/camel-component.md has no place for the table " + name);
        return page.substring(0, from + begin.length()) + table + page.substring(to);
    }
}
