// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.examples.routes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

/** Films on demand: the engine delivers the files, with ranges, and a playlist that a route makes. */
public final class Library extends RouteBuilder {

    @Override
    public void configure() {
        from("tcpoffload:{{listener}}/films.m3u?events=request").routeId("playlist")
            .process(exchange -> exchange.getMessage().setBody(playlist(folder())))
            .setHeader(Exchange.CONTENT_TYPE, constant("audio/x-mpegurl"));

        from("tcpoffload:{{listener}}/films/{film}?events=request").routeId("film")
            .process(exchange -> exchange.getMessage().setBody(film(exchange.getMessage().getHeader("film", String.class))));
    }

    private Path folder() {
        return Path.of(getContext().resolvePropertyPlaceholders("{{library}}"));
    }

    /** A name has no slash in it, so it stays in the folder; what is not there is answered with 404. */
    private Path film(String name) {
        return folder().resolve(name.equals("..") || name.equals(".") ? "none" : name);
    }

    private static String playlist(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> "films/" + file.getFileName() + "\n").sorted()
                    .collect(Collectors.joining("", "#EXTM3U\n", ""));
        }
    }
}
