// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CatalogCamelContext;
import org.apache.camel.catalog.impl.DefaultRuntimeCamelCatalog;
import org.apache.camel.spi.UriParam;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.ComponentModel;
import org.apache.camel.tooling.model.JsonMapper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CatalogTest extends CamelTestSupport {

    private ComponentModel model;

    @BeforeEach
    void load() throws Exception {
        model = JsonMapper.generateComponentModel(((CatalogCamelContext) context)
                .getComponentParameterJsonSchema("tcpoffload"));
    }

    private static Set<String> names(java.util.List<? extends BaseOptionModel> options) {
        return new TreeSet<>(options.stream().map(BaseOptionModel::getName).toList());
    }

    @Test
    void everyOptionAndHeaderIsDescribed() {
        var all = new HashSet<BaseOptionModel>(model.getOptions());
        all.addAll(model.getEndpointOptions());
        all.addAll(model.getEndpointHeaders());
        all.forEach(option -> assertFalse(option.getDescription().isBlank(), option.getName()));
        assertEquals("Publish live media to any number of network viewers through the TCP offload engine, and decide who "
                + "may watch.",
                model.getDescription());
    }

    @Test
    void everyOptionOfTheConfigurationIsInTheCatalogWithItsDefault() throws Exception {
        var defaults = new TcpOffloadConfiguration();
        var documented = names(model.getEndpointParameterOptions());
        for (Field field : TcpOffloadConfiguration.class.getDeclaredFields()) {
            assertTrue(field.isAnnotationPresent(UriParam.class), field.getName());
            assertTrue(documented.remove(field.getName()), field.getName());
            field.setAccessible(true);
            Object inCatalog = model.getEndpointParameterOptions().stream()
                    .filter(o -> o.getName().equals(field.getName())).findFirst().orElseThrow().getDefaultValue();
            assertEquals(text(field.get(defaults)), text(inCatalog), field.getName());
        }
        assertEquals(Set.of("bridgeErrorHandler", "exceptionHandler", "exchangePattern", "lazyStartProducer"), documented);
    }

    /** The catalog has no empty defaults. */
    private static String text(Object value) {
        return value == null ? "" : value.toString();
    }

    @Test
    void secretsAreMarked() {
        assertEquals(Set.of("tokens", "tokenSecret"), names(model.getEndpointParameterOptions().stream()
                .filter(BaseOptionModel::isSecret).toList()));
    }

    @Test
    void everyHeaderConstantIsInTheCatalog() {
        var constants = new TreeSet<>(Arrays.stream(TcpOffloadConstants.class.getFields())
                .map(Field::getName).filter(name -> !name.equals("SCHEME")).toList());
        var documented = new TreeSet<>(model.getEndpointHeaders().stream()
                .map(h -> h.getConstantName().replaceAll(".*#", "")).toList());
        assertEquals(constants, documented);
    }

    @Test
    void catalogUnderstandsBothForms() throws Exception {
        var catalog = new DefaultRuntimeCamelCatalog();
        catalog.setCamelContext(context);
        catalog.start();
        assertEquals(Map.of("host", "0.0.0.0", "port", "8080", "channel", "news", "storeSize", "8MB"),
                catalog.endpointProperties("tcpoffload:0.0.0.0:8080/news?storeSize=8MB"));
        for (String uri : new String[] {"tcpoffload:0.0.0.0:8080/news", "tcpoffload:news?transport=nio"}) {
            var result = catalog.validateEndpointProperties(uri);
            assertTrue(result.isSuccess(), uri + ": " + result.summaryErrorMessage(false));
        }
        assertFalse(catalog.validateEndpointProperties("tcpoffload:news?transport=udp").isSuccess());
    }

    @Test
    void uriFactoryBuildsBothForms() throws Exception {
        var factory = context.getCamelContextExtension().getEndpointUriFactory("tcpoffload");
        assertEquals("tcpoffload:0.0.0.0:8080/news?storeSize=8MB", factory.buildUri("tcpoffload",
                Map.of("host", "0.0.0.0", "port", 8080, "channel", "news", "storeSize", "8MB")));
        assertEquals("tcpoffload:news", factory.buildUri("tcpoffload", Map.of("channel", "news")));
    }
}
