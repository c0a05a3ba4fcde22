// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.TransportMode;
import java.time.Duration;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpOffloadEndpointTest extends CamelTestSupport {

    private TcpOffloadEndpoint endpoint(String uri) {
        return context.getEndpoint(uri, TcpOffloadEndpoint.class);
    }

    @Test
    void shortFormIsOnTheDefaultListener() {
        var endpoint = endpoint("tcpoffload:news");
        assertEquals("news", endpoint.spec().name());
        assertNull(endpoint.spec().listener());
        assertEquals("news", endpoint.getChannel());
        assertNull(endpoint.getHost());
    }

    @Test
    void longFormNamesItsListener() {
        var endpoint = endpoint("tcpoffload:127.0.0.1:8081/news");
        assertEquals("news", endpoint.spec().name());
        assertEquals("127.0.0.1:8081", endpoint.spec().listener());
        assertEquals("127.0.0.1", endpoint.getHost());
        assertEquals(8081, endpoint.getPort());
        assertEquals("127.0.0.1:8081", endpoint("tcpoffload://127.0.0.1:8081/sport").spec().listener());
    }

    @Test
    void defaultsAreTheEngines() {
        var mine = endpoint("tcpoffload:news").spec();
        var engines = io.tcpoffload.api.ChannelSpec.channel("news");
        assertEquals(engines.transport(), mine.transport());
        assertEquals(engines.storeBytes(), mine.storeBytes());
        assertEquals(engines.clientBufferMax(), mine.clientBufferMax());
        assertEquals(engines.recoverPolicy(), mine.recoverPolicy());
        assertEquals(engines.contentType(), mine.contentType());
        assertEquals(engines.detachGrace(), mine.detachGrace());
    }

    @Test
    void optionsReachTheChannel() {
        var spec = endpoint("tcpoffload:news?transport=NIO&storeSize=8MB&clientBufferMax=512KB"
                + "&recoverPolicy=disconnect&contentType=audio/aac&detachGrace=2m").spec();
        assertEquals(TransportMode.NIO, spec.transport());
        assertEquals(8 << 20, spec.storeBytes());
        assertEquals(512 << 10, spec.clientBufferMax());
        assertEquals(RecoverPolicy.DISCONNECT, spec.recoverPolicy());
        assertEquals("audio/aac", spec.contentType());
        assertEquals(Duration.ofMinutes(2), spec.detachGrace());
    }

    @Test
    void componentsOptionsAreDefaultsOfItsEndpoints() {
        var configuration = new TcpOffloadConfiguration();
        configuration.setTransport("nio");
        configuration.setStoreSize("2MB");
        context.getComponent("tcpoffload", TcpOffloadComponent.class).setConfiguration(configuration);
        var spec = endpoint("tcpoffload:news?storeSize=4MB").spec();
        assertEquals(TransportMode.NIO, spec.transport());
        assertEquals(4 << 20, spec.storeBytes());
        assertEquals("2MB", configuration.getStoreSize());
    }

    @Test
    void engineOptionNamesABeanOfTheRegistry() {
        var engine = new FakeEngine();
        context.getRegistry().bind("mine", engine);
        assertSame(engine, endpoint("tcpoffload:news?engine=#mine").engineSource().engine());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "tcpoffload:news?transport=udp | transport 'udp' is not valid: one of [auto, offload, nio]",
            "tcpoffload:news?recoverPolicy=x | recoverPolicy 'x' is not valid: one of [keyframe, disconnect]",
            "tcpoffload:news?storeSize=much | storeSize 'much' is not valid: a number of bytes",
            "tcpoffload:news?storeSize=1KB | storeSize 1024 is out of range: 1048576 to 1073741824 bytes",
            "tcpoffload:news?clientBufferMax=2GB | clientBufferMax 2147483648 is out of range: 0 to 1073741824 bytes",
            "tcpoffload:news?detachGrace=25h | detachGrace 90000000 ms is out of range: 0 to 86400000 ms",
            "tcpoffload:news?detachGrace=soon | detachGrace=soon",
            "tcpoffload:news?contentType=RAW( ) | contentType ' ' is not valid",
            "tcpoffload:host:99999/news | listener 'host:99999' is not valid",
            "tcpoffload:host/news | listener 'host' is not valid: host:port",
            "tcpoffload:host:8080 | tcpoffload://host:8080 names no channel: tcpoffload:channel or",
            "tcpoffload:host:8080/ | names no channel",
            "tcpoffload:host:80/a/b | channel name 'a/b' is not valid",
            "tcpoffload:.. | channel name '..' is not valid",
            "tcpoffload:news?storSize=32MB | Unknown parameters=[{storSize=32MB}]"})
    void wrongValueFailsWithItsNameAndWhatWouldBeRight(String uri, String message) {
        Throwable cause = assertThrows(ResolveEndpointFailedException.class, () -> context.getEndpoint(uri));
        var seen = new StringBuilder();
        for (; cause != null; cause = cause.getCause()) {
            seen.append(cause.getMessage()).append('\n');
        }
        assertTrue(seen.toString().contains(message), seen.toString());
    }

    @Test
    void consumerIsRefused() {
        var e = assertThrows(FailedToStartRouteException.class, () -> {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("tcpoffload:news").to("mock:out");
                }
            });
        });
        assertTrue(e.getMessage().contains("tcpoffload://news can't be consumed from: tcpoffload publishes, so it "
                + "belongs into a to(), not into a from()"), e.getMessage());
    }
}
