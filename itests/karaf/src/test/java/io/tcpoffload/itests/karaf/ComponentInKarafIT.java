// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.karaf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.BundleJar;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Endpoint;
import org.apache.camel.console.DevConsole;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.karaf.core.OsgiDefaultCamelContext;
import org.apache.camel.spi.BeanIntrospection;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.spi.PropertyConfigurerGetter;
import org.apache.camel.support.PluginHelper;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;

/**
 * The component in Karaf: the route files of {@code examples/camel-main} in {@code deploy/}, the bundle of
 * {@code examples/camel-karaf}, and a bundle of somebody who does not know what an update is.
 */
@ExtendWith(LoopbackKarafExtension.class)
class ComponentInKarafIT {

    private static final String LISTENER = System.getProperty(StockKaraf.LISTENER);
    private static final String NEWS_CHECK = "producer:tcpoffload-" + LISTENER + "/news";
    private static final Path KARAF = Path.of(System.getProperty("karaf.base", ""));
    private static final Path MEDIA = KARAF.resolve("data/media");
    private static final byte[] FILM = Inbox.segment(7000);
    private static final byte[] MAP = {1, 2, 3, 4, 5};

    private static Inbox news;
    private static Inbox sport;
    private static Inbox weather;
    private static Inbox towns;

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Inject
    private BundleContext context;
    @Inject
    private SessionFactory sessions;

    /** Once, as the tests share the container. */
    private void install() throws Exception {
        if (news != null) {
            return;
        }
        news = new Inbox(MEDIA.resolve("news"));
        sport = new Inbox(MEDIA.resolve("sport"));
        weather = new Inbox(MEDIA.resolve("weather"));
        towns = new Inbox(MEDIA.resolve("towns"));
        Path library = Files.createDirectories(MEDIA.resolve("library"));
        Files.write(library.resolve("film.ts"), FILM);
        Files.write(MEDIA.resolve("map.png"), MAP);
        for (Inbox inbox : List.of(news, sport, weather, towns)) {
            inbox.put();
        }
        System.setProperty("listener", LISTENER);
        System.setProperty("inbox", MEDIA.toString());
        Path routes = Path.of(System.getProperty(StockKaraf.EXAMPLES), "camel-main/src/main/resources/routes");
        for (String file : List.of("news.camel.xml", "sport.camel.yaml")) {
            Files.copy(routes.resolve(file), KARAF.resolve("deploy").resolve(file));
        }
        Files.write(KARAF.resolve("etc/io.tcpoffload.example.cfg"),
                List.of("listener = " + LISTENER, "library = " + library, "ticket = gold"));
        start(Path.of(System.getProperty(StockKaraf.EXAMPLE_BUNDLE)));
        Path user = MEDIA.resolve("user.jar");
        UserBundle.write(user, MEDIA);
        start(user);
        Await.until("all routes run", () -> {
            String routesNow = console("camel:route-list");
            return Stream.of("news", "sport", "gate", "accounting", "playlist", "film", "weather", "ask")
                    .allMatch(route -> status(routesNow, route).equals("Started"));
        });
        console("camel:route-suspend user closed");
    }

    private void start(Path jar) throws Exception {
        context.installBundle(jar.toUri().toString()).start();
    }

    private String console(String command) throws Exception {
        return new Console(sessions).run(command);
    }

    /** From the table that {@code camel:route-list} prints. */
    private static String status(String routes, String route) {
        return routes.lines().map(line -> line.split("\\s*[│|]\\s*")).filter(cells -> cells.length > 2
                && cells[1].equals(route)).map(cells -> cells[2]).findFirst().orElse("none");
    }

    /** The one that runs. */
    private Bundle component() {
        return Stream.of(context.getBundles()).filter(b -> "io.tcpoffload.camel".equals(b.getSymbolicName())
                && b.getState() == Bundle.ACTIVE).findFirst().orElseThrow();
    }

    private static Path componentOfVersion(String version) throws IOException {
        return BundleJar.withVersion(Path.of(System.getProperty(StockKaraf.COMPONENT)), version,
                MEDIA.resolve("component-" + version + ".jar"));
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://" + LISTENER + path)).timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    @Test
    void theExamplesRun() throws Exception {
        install();
        watchExamples();
        askExamples();
    }

    private static void watchExamples() throws IOException {
        try (Inbox.Watching ofXml = news.watch(LISTENER, "/news");
                Inbox.Watching ofYaml = sport.watch(LISTENER, "/sport?ticket=gold")) {
            publishTo(ofXml, ofYaml);
        }
        // Only who is sent something turns out to be gone.
        sport.put();
        Await.until("the viewer is in the log", () -> Files.readString(KARAF.resolve("data/log/karaf.log"))
                .contains("watched sport for"));
    }

    private static void publishTo(Inbox.Watching... viewers) throws IOException {
        for (Inbox inbox : List.of(news, sport, weather, towns)) {
            inbox.put();
        }
        for (Inbox.Watching viewer : viewers) {
            viewer.catchUp();
        }
    }

    /** Reject, redirect, reply with a body, with a file, with a part of it. */
    private void askExamples() throws Exception {
        HttpResponse<byte[]> refusal = get("/sport");
        assertEquals(402, refusal.statusCode());
        assertTrue(new String(refusal.body()).contains("sport needs a ticket"));
        HttpResponse<byte[]> redirection = get("/headlines");
        assertEquals(302, redirection.statusCode());
        assertEquals("/news", redirection.headers().firstValue("Location").orElseThrow());
        assertEquals("#EXTM3U\nfilms/film.ts\n", new String(get("/films.m3u").body()));
        assertArrayEquals(FILM, get("/films/film.ts").body());
        HttpResponse<byte[]> part = get("/films/film.ts", "Range", "bytes=188-375");
        assertEquals(206, part.statusCode());
        assertEquals(188, part.body().length);
        assertEquals(404, get("/films/none.ts").statusCode());
    }

    private void askUser() throws Exception {
        assertArrayEquals(MAP, get("/ask/map").body());
        assertEquals("/weather", get("/ask/moved").headers().firstValue("Location").orElseThrow());
        assertTrue(new String(get("/ask/nothing").body()).contains("nothing of that kind"));
        assertEquals(503, get("/closed/today").statusCode());
        try (Inbox.Watching viewer = weather.watch(LISTENER, "/ask/weather")) {
            viewer.catchUp();
        }
    }

    private static List<String> events() throws IOException {
        Path events = MEDIA.resolve("events");
        return Files.exists(events) ? Files.readAllLines(events) : List.of();
    }

    /** In place, twice: no viewer loses its connection or a byte, and all routes work. */
    @Test
    void routesOfEveryKindGoOnWhenTheComponentIsUpdated() throws Exception {
        install();
        try (Inbox.Watching ofXml = news.watch(LISTENER, "/news");
                Inbox.Watching ofYaml = sport.watch(LISTENER, "/sport?ticket=gold");
                Inbox.Watching ofUser = weather.watch(LISTENER, "/weather");
                Inbox.Watching ofDynamic = towns.watch(LISTENER, "/town-berne")) {
            publishTo(ofXml, ofYaml, ofUser, ofDynamic);
            long id = component().getBundleId();
            for (String version : List.of("1.0.1", "1.0.2")) {
                ClassLoader before = component().adapt(BundleWiring.class).getClassLoader();
                console("bundle:update " + id + " file:" + componentOfVersion(version));
                assertEquals(version, component().getVersion().toString());
                assertNotSame(before, component().adapt(BundleWiring.class).getClassLoader());
                publishTo(ofXml, ofYaml, ofUser, ofDynamic);
                checkRoutes();
                publishTo(ofXml, ofYaml, ofUser, ofDynamic);
            }
        }
    }

    @Test
    void theyGoOnWhenAJarInDeployTakesItsPlaceAndWhenThatIsRemoved() throws Exception {
        install();
        try (Inbox.Watching ofXml = news.watch(LISTENER, "/news");
                Inbox.Watching ofUser = weather.watch(LISTENER, "/weather")) {
            long id = component().getBundleId();
            Path deployed = KARAF.resolve("deploy/component.jar");
            Files.move(componentOfVersion("1.1.0"), deployed, StandardCopyOption.ATOMIC_MOVE);
            Await.until("the second runs", () -> component().getVersion().toString().equals("1.1.0"));
            publishTo(ofXml, ofUser);
            checkRoutes();
            Files.delete(deployed);
            Await.until("the first runs again", () -> component().getBundleId() == id);
            publishTo(ofXml, ofUser);
            checkRoutes();
        }
    }

    /** The engine and the component are tied to the API; all of them are new afterwards. */
    @Test
    void theyGoOnWhenTheApiIsRefreshed() throws Exception {
        install();
        try (Inbox.Watching ofYaml = sport.watch(LISTENER, "/sport?ticket=gold");
                Inbox.Watching ofUser = weather.watch(LISTENER, "/weather")) {
            ClassLoader before = component().adapt(BundleWiring.class).getClassLoader();
            console("bundle:refresh io.tcpoffload.api");
            Await.until("the component is a new one",
                    () -> component().adapt(BundleWiring.class).getClassLoader() != before);
            publishTo(ofYaml, ofUser);
            checkRoutes();
        }
    }

    private void checkRoutes() throws Exception {
        Await.until("the routes run again", () -> get("/films.m3u").statusCode() == 200);
        watchExamples();
        askExamples();
        askUser();
        int before = events().size();
        weather.watch(LISTENER, "/weather").close();
        weather.put();
        Await.until("the route hears of viewers", () -> events().subList(before, events().size())
                .containsAll(List.of("subscribe weather", "unsubscribe weather")));
        String routes = console("camel:route-list user");
        assertEquals("Suspended", status(routes, "closed"));
        assertEquals("Stopped", status(routes, "later"));
        for (String route : List.of("weather", "towns", "ask", "events")) {
            assertEquals("Started", status(routes, route), route);
        }
    }

    @Test
    void whatTheBuildHasGeneratedIsFound() throws Exception {
        CamelContext camel = new OsgiDefaultCamelContext(context);
        camel.start();
        try {
            BeanIntrospection introspection = PluginHelper.getBeanIntrospection(camel);
            camel.getComponent("tcpoffload").getComponentPropertyConfigurer();
            introspection.resetCounters();
            Endpoint endpoint = camel.getEndpoint("tcpoffload:generated?storeSize=2MB&detachGrace=5s");
            PropertyConfigurer configurer = configurer(camel, "tcpoffload-endpoint", "TcpOffloadEndpointConfigurer");
            PropertyConfigurerGetter getter = (PropertyConfigurerGetter) configurer;
            assertEquals("2MB", getter.getOptionValue(endpoint, "storeSize", false));
            assertEquals(5000L, getter.getOptionValue(endpoint, "detachGrace", false));
            configurer.configure(camel, endpoint, "maxsubscribers", "7", true);
            assertEquals(7, getter.getOptionValue(endpoint, "maxSubscribers", false));
            configurer(camel, "tcpoffload-component", "TcpOffloadComponentConfigurer")
                    .configure(camel, endpoint.getComponent(), "keepalive", "1s", true);
            assertEquals(1000L, getter.getOptionValue(camel.getEndpoint("tcpoffload:quiet"), "keepalive", false));
            assertEquals(0, introspection.getInvokedCounter(), "options set by reflection");
            assertArrayEquals(MAP, camel.getTypeConverter().mandatoryConvertTo(byte[].class, mediaSegment(MAP)));
            var uris = camel.getCamelContextExtension().getEndpointUriFactory("tcpoffload");
            assertOurs("TcpOffloadUriFactory", uris);
            assertEquals("tcpoffload:127.0.0.1:8080/news?pacing=pcr", uris.buildUri("tcpoffload",
                    Map.of("host", "127.0.0.1", "port", 8080, "channel", "news", "pacing", "pcr")));
            DevConsole console = PluginHelper.getDevConsoleResolver(camel).resolveDevConsole("tcpoffload");
            assertOurs("TcpOffloadConsole", console);
            CamelContextAware.trySetCamelContext(console, camel);
            assertTrue(console.call(DevConsole.MediaType.TEXT).toString().contains("tcpoffload://generated"));
        } finally {
            camel.stop();
        }
    }

    /** By reflection: a test that imports the API would be restarted when that is refreshed. */
    private Object mediaSegment(byte[] media) throws ReflectiveOperationException {
        return component().loadClass("io.tcpoffload.api.MediaSegment")
                .getConstructor(ByteBuffer.class, boolean.class, Runnable.class)
                .newInstance(ByteBuffer.wrap(media), true, (Runnable) () -> { });
    }

    private PropertyConfigurer configurer(CamelContext camel, String name, String type) {
        PropertyConfigurer configurer = PluginHelper.getConfigurerResolver(camel).resolvePropertyConfigurer(name, camel);
        assertOurs(type, configurer);
        return configurer;
    }

    private void assertOurs(String type, Object found) {
        assertEquals("io.tcpoffload.camel." + type, found.getClass().getName());
        assertSame(component().adapt(BundleWiring.class).getClassLoader(), found.getClass().getClassLoader());
    }

    @Test
    void healthChecksAreFound() throws Exception {
        install();
        CamelContext routes = context.getService(context.getServiceReferences(CamelContext.class,
                "(camel.context.name=news.camel.xml)").iterator().next());
        assertEquals(List.of(HealthCheck.State.UP), HealthCheckHelper.invoke(routes, "full").stream()
                .filter(result -> result.getCheck().getId().equals(NEWS_CHECK))
                .map(HealthCheck.Result::getState).toList());
    }

    @Test
    void camelCommands() throws Exception {
        install();
        String contexts = console("camel:context-list");
        for (String name : List.of("news.camel.xml", "sport.camel.yaml", "example", "user")) {
            assertTrue(contexts.contains(name), contexts);
        }
        String endpoints = console("camel:endpoint-list example");
        assertTrue(endpoints.lines().anyMatch(line -> line.contains("Started")
                && line.contains("tcpoffload://" + LISTENER + "/films/{film}?events=request")), endpoints);
        String health = console("camel:health news.camel.xml");
        assertTrue(health.lines().anyMatch(line -> line.contains(NEWS_CHECK) && line.contains("UP")),
                health);
        assertEquals("Route film: Stopped", console("camel:route-stop example film").strip());
        assertEquals(404, get("/films/film.ts").statusCode());
        assertEquals("Route film: Started", console("camel:route-start example film").strip());
        assertEquals("Route film: Suspended", console("camel:route-suspend example film").strip());
        assertEquals(503, get("/films/film.ts").statusCode());
        assertEquals("Suspended", status(console("camel:route-list example"), "film"));
        assertEquals("Route film: Started", console("camel:route-resume example film").strip());
        assertArrayEquals(FILM, get("/films/film.ts").body());
    }

    @Test
    void namesAreCompleted() throws Exception {
        install();
        var console = new Console(sessions);
        assertEquals(List.of("example"), console.complete("camel:route-list ex"));
        assertEquals(List.of("example"), console.complete("camel:route-stop ex"));
        assertEquals(List.of("accounting", "film", "gate", "playlist"), console.complete("camel:route-stop example "));
        assertEquals(List.of("film"), console.complete("camel:route-suspend example f"));
    }

    @Test
    void aWrongNameIsToldWithThoseThatThereAre() throws Exception {
        install();
        String noContext = assertThrows(Exception.class, () -> console("camel:route-list nobody")).getMessage();
        assertTrue(noContext.contains("there is no Camel context 'nobody'") && noContext.contains("example"), noContext);
        assertEquals("Camel context 'example' has no route 'opera': accounting, film, gate, playlist",
                assertThrows(Exception.class, () -> console("camel:route-stop example opera")).getMessage());
    }
}
