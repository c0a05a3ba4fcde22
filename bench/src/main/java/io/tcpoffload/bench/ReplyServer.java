// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.api.Content;
import io.tcpoffload.api.Decision;
import io.tcpoffload.api.HandlerSpec;
import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The engine as a server of one file: {@code /file}. */
final class ReplyServer {

    private ReplyServer() {
    }

    /** Arguments: those of {@link EngineConfig} and {@code file=PATH}, as {@code key=value}. */
    public static void main(String[] args) {
        Map<String, String> settings = ServerCommands.settings(args);
        Path file = Path.of(settings.get("file"));
        try (Engine engine = ServerCommands.start(settings)) {
            engine.handle(HandlerSpec.path("/file"),
                    request -> CompletableFuture.completedFuture(Decision.answer(Content.file(file, "video/mp2t"))));
            ServerCommands.serve(engine);
        }
    }
}
