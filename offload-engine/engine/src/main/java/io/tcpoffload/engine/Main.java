// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.Publisher;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The engine without OSGi: what comes in on standard input goes out on one channel.
 * {@code java -cp ... io.tcpoffload.engine.Main channel=news listener=127.0.0.1:8080 < media.ts}
 */
public final class Main {

    private Main() {
    }

    /**
     * @param args {@code channel=NAME} and any setting of {@link EngineConfig} as {@code key=value}
     */
    public static void main(String[] args) throws IOException {
        Map<String, String> settings = new HashMap<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (equals < 1) {
                fail("argument '" + arg + "' is not valid: key=value, such as channel=news or listener=127.0.0.1:8080");
            }
            settings.put(arg.substring(0, equals), arg.substring(equals + 1));
        }
        EngineConfig config = EngineConfig.defaults().with(settings, Main::fail);
        try (Engine engine = start(config);
                Publisher publisher = engine.openChannel(ChannelSpec.channel(settings.getOrDefault("channel", "live")))) {
            System.err.println("http://" + engine.info().listeners().get(0) + "/" + publisher.channel() + " by "
                    + engine.info().transport() + ": " + engine.info().reason());
            publisher.publish(System.in, true);
        } catch (OffloadException e) {
            fail(e.getMessage());
        }
    }

    /** Starts an engine that leaves nothing behind when the process is told to end. */
    private static Engine start(EngineConfig config) {
        Engine engine = Engine.start(config);
        Runtime.getRuntime().addShutdownHook(new Thread(engine::close, "tcpoffload-shutdown"));
        return engine;
    }

    private static void fail(String problem) {
        System.err.println(problem);
        System.exit(2);
    }
}
