// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ChannelInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.spi.annotations.DevConsole;
import org.apache.camel.support.console.AbstractDevConsole;

/** Camel's developer console {@code tcpoffload}: the channels of this context's endpoints, and their viewers. */
@DevConsole(name = "tcpoffload", displayName = "TCP Offload", description = "Channels and viewers of tcpoffload endpoints")
public class TcpOffloadConsole extends AbstractDevConsole {

    /** More are of no use to a reader; the count is complete. */
    private static final int MAX_VIEWERS = 1000;

    public TcpOffloadConsole() {
        super("camel", "tcpoffload", "TCP Offload", "Channels and viewers of tcpoffload endpoints");
    }

    private List<TcpOffloadEndpoint> endpoints() {
        return getCamelContext().getEndpoints().stream().filter(TcpOffloadEndpoint.class::isInstance)
                .map(TcpOffloadEndpoint.class::cast).toList();
    }

    @Override
    protected String doCallText(Map<String, Object> options) {
        var text = new StringBuilder();
        for (TcpOffloadEndpoint endpoint : endpoints()) {
            text.append(endpoint.getEndpointUri()).append('\n');
            for (ChannelInfo info : endpoint.channels()) {
                text.append("    %s on %s: %s, %d viewers, %d bytes stored, %d published, %d skips, %d disconnected%s%s%n"
                        .formatted(info.name(), info.listener(), info.transport(), info.viewers(), info.storedBytes(),
                                info.publishedBytes(), info.skips(), info.slowClosed(), info.stale() ? ", stale" : "",
                                info.suspended() ? ", suspended" : ""));
            }
            endpoint.listViewers().lines().limit(MAX_VIEWERS)
                    .forEach(line -> text.append("        ").append(line).append('\n'));
        }
        return text.toString();
    }

    @Override
    protected Map<String, Object> doCallJson(Map<String, Object> options) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (TcpOffloadEndpoint endpoint : endpoints()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("uri", endpoint.getEndpointUri());
            one.put("publishedBytes", endpoint.getPublishedBytes());
            one.put("failedBodies", endpoint.getFailedBodies());
            one.put("streamFaults", endpoint.getStreamFaults());
            one.put("channels", endpoint.channels().stream().map(TcpOffloadConsole::describe).toList());
            one.put("viewers", endpoint.viewers().stream().limit(MAX_VIEWERS).map(viewer -> {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("id", viewer.id());
                row.put("channel", viewer.channel());
                row.put("remote", viewer.remote());
                row.put("transport", viewer.transport().name());
                row.put("sentBytes", viewer.sentBytes());
                row.put("lagBytes", viewer.lagBytes());
                return row;
            }).toList());
            all.add(one);
        }
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("endpoints", all);
        return root;
    }

    private static Map<String, Object> describe(ChannelInfo info) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", info.name());
        row.put("listener", info.listener());
        row.put("transport", info.transport().name());
        row.put("viewers", info.viewers());
        row.put("storedBytes", info.storedBytes());
        row.put("publishedBytes", info.publishedBytes());
        row.put("skips", info.skips());
        row.put("slowDisconnects", info.slowClosed());
        row.put("stale", info.stale());
        row.put("suspended", info.suspended());
        return row;
    }
}
