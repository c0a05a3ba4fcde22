// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.Decision;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CatalogCamelContext;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.support.PropertyBindingSupport;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.ComponentModel;
import org.apache.camel.tooling.model.JsonMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each option of the catalog can be set by URI, as a property of an endpoint and of the component, and there is no other. */
class OptionsTest {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();
    private static ComponentModel model;

    /** Valid values that are no defaults, where the catalog does not tell of any; #... is a bean. */
    private static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("burstSize", "3s"), Map.entry("storeSize", "4MB"), Map.entry("clientBufferMax", "2MB"),
            Map.entry("clientBufferSoftMax", "1MB"), Map.entry("contentType", "video/mp4"), Map.entry("bitrate", "8M"),
            Map.entry("events", "slow"), Map.entry("allowedIps", "10.0.0.0/8"), Map.entry("tokens", "a,b"),
            Map.entry("tokenSecret", "0123456789abcdef"), Map.entry("tokenParameter", "key"),
            Map.entry("authorizer", "#authorizer"), Map.entry("engine", "#engine"), Map.entry("executorService", "#pool"),
            Map.entry("headerFilterStrategy", "#filter"), Map.entry("sslContextParameters", "#tls"),
            Map.entry("exceptionHandler", "#handler"), Map.entry("exchangePattern", "InOut"));
    /** What an option is of no use without. */
    private static final Map<String, String> NEEDS = Map.of("bitrate", "pacing=bitrate");

    @BeforeAll
    static void start() throws Exception {
        model = JsonMapper.generateComponentModel(((CatalogCamelContext) CONTEXT)
                .getComponentParameterJsonSchema("tcpoffload"));
        var registry = CONTEXT.getRegistry();
        registry.bind("authorizer", (TcpOffloadAuthorizer) request -> Decision.admit());
        registry.bind("engine", new FakeEngine());
        registry.bind("pool", Executors.newSingleThreadExecutor());
        registry.bind("filter", new TcpOffloadHeaderFilterStrategy());
        registry.bind("tls", new SSLContextParameters());
        registry.bind("handler", new LoggingExceptionHandler(CONTEXT, OptionsTest.class));
        CONTEXT.start();
    }

    @AfterAll
    static void stop() {
        CONTEXT.stop();
    }

    private static Stream<? extends BaseOptionModel> options() throws Exception {
        return JsonMapper.generateComponentModel(((CatalogCamelContext) CONTEXT).getComponentParameterJsonSchema("tcpoffload"))
                .getEndpointParameterOptions().stream();
    }

    static Stream<String> endpointOptions() throws Exception {
        return options().map(BaseOptionModel::getName);
    }

    /** Camel knows two options of endpoints only. */
    static Stream<String> sharedOptions() throws Exception {
        return endpointOptions().filter(name -> !Set.of("exceptionHandler", "exchangePattern").contains(name));
    }

    static Stream<String> enumeratedOptions() throws Exception {
        return options().filter(option -> option.getEnums() != null && option.getJavaType().equals("java.lang.String"))
                .map(BaseOptionModel::getName);
    }

    private static BaseOptionModel option(String name) {
        return model.getEndpointParameterOptions().stream().filter(option -> option.getName().equals(name)).findFirst()
                .orElseThrow();
    }

    private static String value(BaseOptionModel option) {
        if (VALUES.containsKey(option.getName())) {
            return VALUES.get(option.getName());
        } else if (option.getEnums() != null) {
            return option.getEnums().stream().filter(word -> !word.equals(option.getDefaultValue())).findFirst().orElseThrow();
        }
        return switch (option.getType()) {
            case "boolean" -> "true";
            case "integer" -> "7";
            case "duration" -> "7s";
            default -> throw new AssertionError("no value for " + option.getName() + " is known here");
        };
    }

    private static Object expected(BaseOptionModel option) {
        String value = value(option);
        if (value.startsWith("#")) {
            return CONTEXT.getRegistry().lookupByName(value.substring(1));
        }
        return option.getType().equals("duration") ? "7000" : value;
    }

    private static void assertSet(BaseOptionModel option, Object... owners) throws Exception {
        Object expected = expected(option);
        String name = capital(option.getName());
        for (Object owner : owners) {
            for (Method method : owner.getClass().getMethods()) {
                if (method.getParameterCount() == 0 && (method.getName().equals("get" + name)
                        || method.getName().equals("is" + name))) {
                    Object actual = method.invoke(owner);
                    assertEquals(expected, expected instanceof String ? actual.toString() : actual, option.getName());
                    return;
                }
            }
        }
        throw new AssertionError(option.getName() + " has no getter");
    }

    private static TcpOffloadEndpoint endpoint(String query) {
        return CONTEXT.getEndpoint("tcpoffload:news" + query, TcpOffloadEndpoint.class);
    }

    private static String query(BaseOptionModel option) {
        String needs = NEEDS.get(option.getName());
        return "?" + option.getName() + "=" + value(option) + (needs == null ? "" : "&" + needs);
    }

    private static boolean bind(PropertyConfigurer configurer, Object target, String name, String value) {
        return PropertyBindingSupport.build().withReflection(false).withConfigurer(configurer).withIgnoreCase(true)
                .bind(CONTEXT, target, name, value);
    }

    private static String capital(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private static String dashed(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    @ParameterizedTest
    @MethodSource("endpointOptions")
    void optionCanBeSetByUri(String name) throws Exception {
        TcpOffloadEndpoint endpoint = endpoint(query(option(name)));
        assertSet(option(name), endpoint.getConfiguration(), endpoint);
    }

    @ParameterizedTest
    @MethodSource("endpointOptions")
    void optionCanBeSetAsAPropertyOfAnEndpoint(String name) throws Exception {
        for (String spelling : new String[] {name, dashed(name)}) {
            var component = new TcpOffloadComponent();
            var endpoint = new TcpOffloadEndpoint("tcpoffload:news", component, new TcpOffloadConfiguration());
            assertTrue(bind(component.getEndpointPropertyConfigurer(), endpoint, spelling, value(option(name))), spelling);
            assertSet(option(name), endpoint.getConfiguration(), endpoint);
        }
    }

    @ParameterizedTest
    @MethodSource("sharedOptions")
    void optionOfTheComponentIsTheDefaultOfItsEndpoints(String name) throws Exception {
        for (String spelling : new String[] {name, dashed(name)}) {
            var component = new TcpOffloadComponent();
            component.setCamelContext(CONTEXT);
            String needs = NEEDS.get(name);
            if (needs != null) {
                bind(component.getComponentPropertyConfigurer(), component, needs.split("=")[0], needs.split("=")[1]);
            }
            assertTrue(bind(component.getComponentPropertyConfigurer(), component, spelling, value(option(name))), spelling);
            var endpoint = (TcpOffloadEndpoint) component.createEndpoint("tcpoffload:news");
            assertSet(option(name), endpoint.getConfiguration(), endpoint);
        }
    }

    @Test
    void componentsOwnOptionsCanBeSet() throws Exception {
        var component = new TcpOffloadComponent();
        PropertyConfigurer configurer = component.getComponentPropertyConfigurer();
        Set<String> shared = names(model.getEndpointParameterOptions());
        for (BaseOptionModel option : model.getComponentOptions()) {
            if (option.getType().equals("boolean") && !shared.contains(option.getName())) {
                boolean changed = !Boolean.parseBoolean(option.getDefaultValue().toString());
                assertTrue(bind(configurer, component, dashed(option.getName()), Boolean.toString(changed)), option.getName());
                assertEquals(changed, TcpOffloadComponent.class.getMethod("is" + capital(option.getName())).invoke(component));
            }
        }
        assertTrue(bind(configurer, component, "engine-settings[maxSessions]", "100"));
        assertEquals(Map.of("maxSessions", "100"), component.getEngineSettings());
    }

    @ParameterizedTest
    @MethodSource("enumeratedOptions")
    void catalogHasTheWordsThatAreUnderstood(String name) {
        BaseOptionModel option = option(name);
        assertTrue(option.getEnums().contains(option.getDefaultValue().toString()), name);
        for (String word : option.getEnums()) {
            endpoint("?" + name + "=" + word + (word.equals("bitrate") ? "&bitrate=8M" : ""));
        }
        Throwable cause = assertThrows(ResolveEndpointFailedException.class, () -> endpoint("?" + name + "=nonsense"));
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        assertEquals(name + " 'nonsense' is not valid: one of " + String.join(", ", option.getEnums()), cause.getMessage());
    }

    @Test
    void optionThatThereIsNotIsNamed() {
        var e = assertThrows(ResolveEndpointFailedException.class, () -> endpoint("?storeSiz=4MB"));
        assertTrue(e.getMessage().contains("storeSiz"), e.getMessage());
    }

    @Test
    void consumerHasWhatItsEndpointSays() throws Exception {
        var endpoint = endpoint("?bridgeErrorHandler=true&exchangePattern=InOut");
        var consumer = (DefaultConsumer) endpoint.createConsumer(exchange -> { });
        assertFalse(consumer.getExceptionHandler() instanceof LoggingExceptionHandler, "errors go to the route");
        assertEquals("InOut", consumer.createExchange(false).getPattern().name());
        ExceptionHandler handler = CONTEXT.getRegistry().lookupByNameAndType("handler", ExceptionHandler.class);
        consumer = (DefaultConsumer) endpoint("?exceptionHandler=#handler").createConsumer(exchange -> { });
        assertEquals(handler, consumer.getExceptionHandler());
    }

    /** Setters of a class and what is above it, up to Camel's own. */
    private static Set<String> setters(Class<?> own, Class<?> camels) {
        Set<String> ofCamel = Stream.of(camels.getMethods()).map(Method::getName).collect(Collectors.toSet());
        return Stream.of(own.getMethods()).map(Method::getName)
                .filter(name -> name.startsWith("set") && !ofCamel.contains(name))
                .map(name -> name.substring(3, 4).toLowerCase(Locale.ROOT) + name.substring(4))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> names(List<? extends BaseOptionModel> options) {
        return options.stream().map(BaseOptionModel::getName).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void whatCanBeSetIsInTheCatalog() {
        Set<String> endpoint = setters(TcpOffloadConfiguration.class, Object.class);
        endpoint.addAll(setters(TcpOffloadEndpoint.class, DefaultEndpoint.class));
        endpoint.remove("configuration");
        endpoint.removeAll(names(model.getEndpointOptions()));
        assertEquals(Set.of(), endpoint);
        Set<String> component = setters(TcpOffloadComponent.class, DefaultComponent.class);
        component.removeAll(names(model.getComponentOptions()));
        assertEquals(Set.of(), component);
    }

    @Test
    void catalogTellsWhatItIs() {
        assertEquals("tcpoffload", model.getScheme());
        assertEquals("tcpoffload:host:port/channel", model.getSyntax());
        assertEquals("tcpoffload:channel", model.getAlternativeSyntax());
        assertFalse(model.isConsumerOnly() || model.isProducerOnly());
        assertTrue(model.isAsync() && model.isRemote());
    }
}
