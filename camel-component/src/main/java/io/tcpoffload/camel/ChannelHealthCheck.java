// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Whether a producer or consumer can do its work. Readiness is down while something is the matter that may pass, such as
 * an engine that is being updated or a source that is silent. Liveness stays up then: a restart would not help, and would
 * cost all viewers. It is down when nothing but a restart helps. Only to be loaded where Camel has health checks.
 */
class ChannelHealthCheck extends AbstractHealthCheck {

    private final String uri;
    private final Supplier<String> problem;
    private final Supplier<String> end;

    /**
     * @param id      as Camel's own have them, such as {@code producer:...}
     * @param uri     the endpoint's, without secrets
     * @param problem what may pass: a line for people, or null when all is well
     * @param end     what does not pass, or null
     */
    ChannelHealthCheck(String id, String uri, Supplier<String> problem, Supplier<String> end) {
        super("camel", id);
        this.uri = uri;
        this.problem = problem;
        this.end = end;
    }

    @Override
    public boolean isLiveness() {
        return true;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.detail(ENDPOINT_URI, uri);
        String ended = end.get();
        String said = ended == null ? problem.get() : ended;
        if (said != null) {
            builder.message(said);
        }
        if (ended != null || said != null && Kind.LIVENESS != options.get(CHECK_KIND)) {
            builder.down();
        } else {
            builder.up();
        }
    }
}
