// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * An engine in this process, from the jar {@code offload-engine}: an application that does without OSGi needs no more than
 * that jar. Nothing else here refers to the jar's classes.
 */
final class OwnEngine implements AutoCloseable {

    private static final int MAX_INSTANCE = 32;

    private final Engine engine;

    private OwnEngine(Engine engine) {
        this.engine = engine;
    }

    /** Whether the jar is in the class path. */
    static boolean isAvailable() {
        try {
            Class.forName("io.tcpoffload.engine.Engine", false, OwnEngine.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            return false;
        }
    }

    /**
     * @param instance name of the engine where the settings have none: tells two on one machine apart
     * @param settings by the names of the engine's own
     * @throws OffloadException if a setting is wrong or unknown, or an engine of that name runs already
     */
    static OwnEngine start(String instance, Map<String, Object> settings) {
        String usable = instance.replaceAll("[^A-Za-z0-9_-]", "-");
        Set<String> problems = new LinkedHashSet<>();
        EngineConfig config = EngineConfig.defaults()
                .withInstance(usable.substring(0, Math.min(MAX_INSTANCE, usable.length())))
                .with(settings, problems::add);
        String unknown = EngineConfig.unknown(settings.keySet());
        if (unknown != null) {
            problems.add(unknown);
        }
        if (!problems.isEmpty()) {
            throw new OffloadException("engineSettings: " + String.join("; ", problems));
        }
        return new OwnEngine(Engine.start(config));
    }

    OffloadEngine engine() {
        return engine;
    }

    @Override
    public void close() {
        engine.close();
    }
}
