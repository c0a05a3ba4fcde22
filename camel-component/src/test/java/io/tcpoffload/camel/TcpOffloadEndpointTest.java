// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.RecoverPolicy;
import io.tcpoffload.api.SyncMethod;
import io.tcpoffload.api.TransportMode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
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
        assertNull(endpoint.channelSpec("news").listener());
        assertEquals("news", endpoint.getChannel());
        assertNull(endpoint.getHost());
    }

    @Test
    void longFormNamesItsListener() {
        var endpoint = endpoint("tcpoffload:127.0.0.1:8081/news");
        assertEquals("news", endpoint.getChannel());
        assertEquals("127.0.0.1:8081", endpoint.channelSpec("news").listener());
        assertEquals("127.0.0.1", endpoint.getHost());
        assertEquals(8081, endpoint.getPort());
        assertEquals("127.0.0.1:8081", endpoint("tcpoffload://127.0.0.1:8081/sport").channelSpec("news").listener());
    }

    @Test
    void defaultsAreTheEngines() {
        var mine = endpoint("tcpoffload:news").channelSpec("news");
        var engines = io.tcpoffload.api.ChannelSpec.channel("news");
        assertEquals(engines.settings(), mine.settings());
    }

    @Test
    void optionsReachTheChannel() {
        var spec = endpoint("tcpoffload:news?transport=NIO&storeSize=8MB&clientBufferMax=512KB"
                + "&recoverPolicy=softLimit&contentType=audio/aac&detachGrace=2m&syncMethod=burst&burstSize=3s"
                + "&clientBufferSoftMax=100KB&keepalive=500&staleAfter=10s&maxSubscribers=100&maxSubscribersPerIp=3"
                + "&allowedIps=10.0.0.0/8,::1&tokens=a,b&tokenSecret=0123456789abcdef&tokenParameter=t").channelSpec("news");
        assertEquals(TransportMode.NIO, spec.transport());
        assertEquals(8 << 20, spec.storeBytes());
        assertEquals(512 << 10, spec.clientBufferMax());
        assertEquals(RecoverPolicy.SOFT_LIMIT, spec.recoverPolicy());
        assertEquals(SyncMethod.BURST, spec.syncMethod());
        assertEquals("3s", spec.burstSize().toString());
        assertEquals(100 << 10, spec.softLimit().bytes());
        assertEquals(Duration.ofMillis(500), spec.keepalive());
        assertEquals(Duration.ofSeconds(10), spec.staleAfter());
        assertEquals(100, spec.access().maxSubscribers());
        assertEquals(3, spec.access().maxSubscribersPerIp());
        assertEquals("[10.0.0.0/8, ::1]", spec.access().allowedIps().toString());
        assertEquals(Set.of("a", "b"), spec.access().tokens());
        assertEquals("0123456789abcdef", spec.access().tokenSecret());
        assertEquals("t", spec.access().tokenParameter());
        assertEquals("audio/aac", spec.contentType());
        assertEquals(Duration.ofMinutes(2), spec.detachGrace());
    }

    @Test
    void componentsOptionsAreDefaultsOfItsEndpoints() {
        var configuration = new TcpOffloadConfiguration();
        configuration.setTransport("nio");
        configuration.setStoreSize("2MB");
        context.getComponent("tcpoffload", TcpOffloadComponent.class).setConfiguration(configuration);
        var spec = endpoint("tcpoffload:news?storeSize=4MB").channelSpec("news");
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
            "tcpoffload:news?transport=udp | transport 'udp' is not valid: one of auto, offload, nio",
            "tcpoffload:news?syncMethod=x | syncMethod 'x' is not valid: one of latest, nextKeyframe, latestKeyframe",
            "tcpoffload:news?recoverPolicy=x | recoverPolicy 'x' is not valid: one of none, latest, softLimit, keyframe",
            "tcpoffload:news?storeSize=much | storeSize 'much' is not valid: bytes such as 33554432 or 32MB, or a time",
            "tcpoffload:news?storeSize=1KB | storeSize 1024 is out of range: 1048576 to 1073741824 bytes",
            "tcpoffload:news?clientBufferMax=2GB | clientBufferMax 2147483648 is out of range: 0 to 1073741824 bytes",
            "tcpoffload:news?clientBufferMax=1MB&clientBufferSoftMax=2MB | clientBufferSoftMax 2097152 is more than",
            "tcpoffload:news?detachGrace=25h | detachGrace 90000000 ms is out of range: 0 to 86400000 ms",
            "tcpoffload:news?detachGrace=soon | detachGrace=soon",
            "tcpoffload:news?keepalive=5 | keepalive 5 ms is out of range: 100 to 86400000 ms, or 0 for never",
            "tcpoffload:news?contentType=RAW( ) | contentType ' ' is not valid",
            "tcpoffload:news?waitFor=x | waitFor 'x' is not valid: one of accepted, sent",
            "tcpoffload:news?backpressure=x | backpressure 'x' is not valid: one of block, dropOldest, fail",
            "tcpoffload:news?sendTimeout=0 | sendTimeout 0 ms is out of range: 1 to 86400000 ms",
            "tcpoffload:news?pacing=x | pacing 'x' is not valid: one of none, pcr, bitrate",
            "tcpoffload:news?pacing=bitrate | pacing=bitrate needs the option bitrate, in bits a second, such as bitrate=8M",
            "tcpoffload:news?bitrate=8M | bitrate=8M is of no use with pacing=none: set pacing=bitrate, too",
            "tcpoffload:news?pacing=bitrate&bitrate=1 | bitrate '1' is not valid: 1504 to 1000000000000 bits a second",
            "tcpoffload:news?alignment=x | alignment 'x' is not valid: one of none, packet",
            "tcpoffload:news?validate=x | validate 'x' is not valid: one of none, count, strict",
            "tcpoffload:news?events=request,x | events 'x' is not valid: one of request, subscribe, unsubscribe, slow",
            "tcpoffload:news?requestTimeout=2m | requestTimeout 120000 ms is out of range: 1 to 60000 ms",
            "tcpoffload:news?onTimeout=x | onTimeout 'x' is not valid: one of reject, admit",
            "tcpoffload:news?maxPendingRequests=0 | maxPending 0 is out of range: 1 to 10000",
            "tcpoffload:news?maxSubscribers=-1 | maxSubscribers -1 is out of range: 0 to 2147483647",
            "tcpoffload:news?allowedIps=home | allowedIps 'home' is not valid: addresses or ranges such as 10.0.0.0/8",
            "tcpoffload:news?tokenSecret=short | tokenSecret is too short with 5 characters: 16 or more",
            "tcpoffload:host:99999/news | listener 'host:99999' is not valid",
            "tcpoffload:host:8080 | tcpoffload://host:8080 names no channel: tcpoffload:channel or",
            "tcpoffload:host:8080/ | names no channel",
            "tcpoffload:host:80/a b | path '/a b' is not valid",
            "tcpoffload:{a}/{a} | is not valid",
            "tcpoffload:news?storSize=32MB | Unknown parameters=[{storSize=32MB}]"})
    void wrongValueFailsWithItsNameAndWhatWouldBeRight(String uri, String message) {
        Throwable cause = assertThrows(ResolveEndpointFailedException.class, () -> context.getEndpoint(uri));
        var seen = new StringBuilder();
        for (; cause != null; cause = cause.getCause()) {
            seen.append(cause.getMessage()).append('\n');
        }
        assertTrue(seen.toString().contains(message), seen.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "tcpoffload:host:80/a/b | channel name 'a/b' is not valid: 1 to 64 letters, digits",
            "tcpoffload:host/news | tcpoffload://host/news can't be published to: a channel's name has no slash, and a",
            "tcpoffload:.. | channel name '..' is not valid"})
    void nameThatIsNoChannelsFailsTheRouteThatPublishes(String uri, String message) {
        var e = assertThrows(FailedToStartRouteException.class, () -> context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to(uri);
            }
        }));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void pathMayBeATemplate() {
        assertEquals("/{channel}", endpoint("tcpoffload:{channel}").path().toString());
        assertEquals("/vod/{title}/{*file}", endpoint("tcpoffload:127.0.0.1:80/vod/{title}/{*file}").path().toString());
        assertEquals("/vod/{*file}", endpoint("tcpoffload:/vod/{*file}").path().toString());
        assertNull(endpoint("tcpoffload:/vod/{*file}").listener());
        assertEquals("/vod/{*file}", endpoint("tcpoffload:vod/{*file}").path().toString());
        assertNull(endpoint("tcpoffload:vod/{*file}").listener());
    }

    @Test
    void tellsWhereItsServiceIs() {
        var endpoint = endpoint("tcpoffload:127.0.0.1:8081/news?transport=nio");
        assertEquals("http://127.0.0.1:8081/news", endpoint.getServiceUrl());
        assertEquals("http", endpoint.getServiceProtocol());
        assertEquals(Map.of("channel", "news", "transport", "nio"), endpoint.getServiceMetadata());
    }

    @Test
    void secretsAreNotShown() {
        assertFalse(endpoint("tcpoffload:news?tokenSecret=0123456789abcdef&tokens=opensesame").toString()
                .matches(".*(0123456789abcdef|opensesame).*"));
    }
}
