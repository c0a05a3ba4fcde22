// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.HttpViewer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Routes of a user's own: files dropped into {@code deploy/}, and a bundle with a RouteBuilder. */
@Timeout(180)
class RouteFilesIT {

    private static final Headend HEADEND = Headend.named("routes");

    @BeforeAll
    static void start() {
        HEADEND.start();
    }

    @AfterAll
    static void stop() throws IOException {
        HEADEND.close();
    }

    private static String xml(Feed feed, String to) {
        return """
                <routes xmlns="http://camel.apache.org/schema/spring">
                  <route>
                    <from uri="%s"/>
                    <to uri="%s"/>
                  </route>
                </routes>
                """.formatted(feed.uri().replace("&", "&amp;"), to);
    }

    private static String yaml(Feed feed, String to) {
        return """
                - route:
                    from:
                      uri: "%s"
                      steps:
                        - to: "%s"
                """.formatted(feed.uri(), to);
    }

    private static Path deployed(String name) {
        return HEADEND.file("deploy").resolve(name);
    }

    private static HttpViewer open(String channel) {
        HttpViewer[] viewer = new HttpViewer[1];
        Await.until("channel " + channel + " is there", () -> {
            viewer[0] = HttpViewer.open(HEADEND.listener(), "/" + channel);
            return true;
        });
        return viewer[0];
    }

    private static boolean exists(String channel) {
        return HEADEND.shell("offload:channels").contains(channel + " ");
    }

    /** Drops the route, and is a viewer of its channel from the newest segment on. */
    private static void dropAndWatch(Path route, String text, Feed feed, String channel, Watching watching)
            throws Exception {
        feed.put();
        feed.put();
        feed.put();
        Files.writeString(route, text);
        try {
            feed.awaitTaken();
            try (HttpViewer viewer = open(channel)) {
                feed.checkNewest(viewer);
                feed.putTo(viewer);
                assertTrue(HEADEND.shell("offload:sessions").contains("OFFLOAD"));
                watching.with(viewer);
            }
        } finally {
            Files.deleteIfExists(route);
        }
    }

    private interface Watching {
        void with(HttpViewer viewer) throws Exception;
    }

    @Test
    void xmlFileRunsUntilItIsRemoved() throws Exception {
        Path route = deployed("news.xml");
        try (Feed feed = new Feed()) {
            dropAndWatch(route, xml(feed, "tcpoffload:news?detachGrace=1s"), feed, "news", viewer -> {
                int from = HEADEND.log().length();
                Files.delete(route);
                HEADEND.awaitLog(from, route + ": stopped");
                Await.until("its channel is closed", () -> !exists("news"));
                feed.put();
                Await.sleep(1000);
                assertTrue(feed.hasSegments(), "nobody reads the folder any more");
            });
        }
    }

    @Test
    void yamlFileIsReloadedWhenItChanges() throws Exception {
        Path route = deployed("sports.yaml");
        try (Feed feed = new Feed()) {
            dropAndWatch(route, yaml(feed, "tcpoffload:sports?detachGrace=1s"), feed, "sports", viewer -> {
                int from = HEADEND.log().length();
                Files.writeString(route, yaml(feed, "tcpoffload:football?detachGrace=1s"));
                HEADEND.awaitLog(from, route + ": reloaded, routes: 1");
                feed.put();
                feed.awaitTaken();
                try (HttpViewer other = open("football")) {
                    feed.checkNewest(other);
                }
                Await.until("the former channel is closed", () -> !exists("sports"));
            });
        }
    }

    @Test
    void wrongXmlIsNamedByFileLineAndCauseAndTheVersionBeforeRunsOn() throws Exception {
        Path route = deployed("films.xml");
        try (Feed feed = new Feed()) {
            String good = xml(feed, "tcpoffload:films");
            dropAndWatch(route, good, feed, "films", viewer -> {
                assertRefused(route, xml(feed, "tcpoffload:films?storeSize=1"), 4,
                        "storeSize 1 is out of range: 1048576 to 1073741824");
                feed.putTo(viewer);
                assertRefused(route, good.replace("</route>", ""), 6, "end-tag");
                feed.putTo(viewer);
                int from = HEADEND.log().length();
                Files.writeString(route, good.replace("<route>", "<route id=\"mended\">"));
                HEADEND.awaitLog(from, route + ": reloaded, routes: 1");
                feed.putTo(viewer);
            });
        }
    }

    @Test
    void wrongYamlIsNamedByFileLineAndCause() throws Exception {
        Path route = deployed("music.yaml");
        try (Feed feed = new Feed()) {
            String good = yaml(feed, "tcpoffload:music");
            dropAndWatch(route, good, feed, "music", viewer -> {
                assertRefused(route, good.replace("- to:", "- too:"), 5, "too");
                assertRefused(route, good.replace("        - to: ", "  - to: "), 5, "expected <block end>");
                feed.putTo(viewer);
            });
        }
    }

    @Test
    void fileThatIsWrongFromTheStartRunsWhenItIsMended() throws Exception {
        Path route = deployed("late.xml");
        try (Feed feed = new Feed()) {
            assertRefused(route, xml(feed, "tcpoffload:late?transport=carrier-pigeon"), 4, "carrier-pigeon");
            dropAndWatch(route, xml(feed, "tcpoffload:late"), feed, "late", feed::putTo);
        }
    }

    private static void assertRefused(Path route, String text, int line, String cause) throws IOException {
        int from = HEADEND.log().length();
        Files.writeString(route, text);
        HEADEND.awaitLogLine(from, Pattern.compile("ERROR.*" + Pattern.quote(route + ":" + line + ": ") + ".*"
                + Pattern.quote(cause)));
        assertFalse(HEADEND.log().substring(from).contains("\tat "), "a user's mistake has no stack trace");
    }

    @Test
    void bundleWithARouteBuilderPublishes() throws Exception {
        Path jar = deployed("weather-routes.jar");
        try (Feed feed = new Feed()) {
            feed.put();
            feed.put();
            RouteBundle.write(jar, feed.uri(), "tcpoffload:weather?detachGrace=1s");
            try {
                feed.awaitTaken();
                try (HttpViewer viewer = open("weather")) {
                    feed.checkNewest(viewer);
                    feed.putTo(viewer);
                    Files.delete(jar);
                    Await.until("the channel goes with the bundle", () -> !exists("weather"));
                }
            } finally {
                Files.deleteIfExists(jar);
            }
        }
    }
}
