// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.tcpoffload.channel.MediaChannel;
import java.util.Collection;
import java.util.Locale;

/** What a listener says about itself: the playlist and the index page. */
final class Pages {

    private static final String STYLE = """
            :root{color-scheme:light dark;--line:#8884;--soft:#888}
            body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1.25rem}
            h1{font-size:1.5rem;margin:0}p{color:var(--soft)}
            table{width:100%;border-collapse:collapse;margin-top:1.5rem}
            th,td{text-align:left;padding:.6rem .5rem;border-bottom:1px solid var(--line)}
            th{font-weight:500;color:var(--soft);font-size:.85rem}
            td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
            a{color:#2a7de1;text-decoration:none}a:hover{text-decoration:underline}
            """;

    private Pages() {
    }

    /** M3U as players take it. {@code host} is validated. */
    static Reply playlist(String host, Collection<MediaChannel> channels) {
        var text = new StringBuilder("#EXTM3U\n");
        for (MediaChannel channel : channels) {
            text.append("#EXTINF:-1,").append(channel.name()).append('\n')
                    .append("http://").append(host).append('/').append(channel.name()).append('\n');
        }
        return new Reply(HttpResponseStatus.OK).body("audio/x-mpegurl; charset=utf-8", text.toString());
    }

    static Reply index(String host, ChannelDirectory directory) {
        var rows = new StringBuilder();
        for (MediaChannel channel : directory.list()) {
            String name = escape(channel.name());
            rows.append("<tr><td><a href=\"/").append(name).append("\">").append(name).append("</a></td><td>")
                    .append(escape(channel.spec().contentType())).append("</td><td>")
                    .append(escape(directory.transport(channel).mode().name().toLowerCase(Locale.ROOT)))
                    .append("</td><td class=\"n\">").append(channel.viewers()).append("</td></tr>\n");
        }
        if (rows.isEmpty()) {
            rows.append("<tr><td colspan=\"4\">No channel yet: publish one, and it appears here.</td></tr>\n");
        }
        String page = """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
                <title>Channels on %1$s</title><style>%2$s</style></head><body>
                <h1>Channels</h1>
                <p>on %1$s. Open one in a player, or all of them as a <a href="/playlist.m3u">playlist</a>.</p>
                <table><thead><tr><th>Channel</th><th>Type</th><th>Transport</th><th class="n">Viewers</th></tr></thead>
                <tbody>
                %3$s</tbody></table></body></html>
                """.formatted(escape(host), STYLE, rows);
        return new Reply(HttpResponseStatus.OK)
                .field("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
                .body("text/html; charset=utf-8", page);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
