// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckResultBuilder;

/**
 * Whether a producer or consumer can do its work. Readiness is down while something is the matter that may pass, such as
 * an engine that is being updated or a source that is silent. Liveness stays up then: a restart would not help, and would
 * cost all viewers.
 */
final class ChannelHealthCheck implements HealthCheck {

    private final String group;
    private final String id;
    private final Supplier<String> problem;
    private boolean enabled = true;

    /**
     * @param group   {@code producer} or {@code consumer}
     * @param name    a route's or channel's
     * @param problem a line for people, or null when all is well
     */
    ChannelHealthCheck(String group, String name, Supplier<String> problem) {
        this.group = group;
        this.id = group + ":tcpoffload-" + name;
        this.problem = problem;
    }

    @Override
    public String getGroup() {
        return group + "s";
    }

    @Override
    public String getId() {
        return id;
    }

    @Override
    public boolean isEnabled() {
        return enabled;
    }

    @Override
    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    @Override
    public boolean isLiveness() {
        return true;
    }

    @Override
    public Result call(Map<String, Object> options) {
        var result = HealthCheckResultBuilder.on(this);
        String said = problem.get();
        if (said == null) {
            return result.up().build();
        }
        boolean liveness = Kind.LIVENESS == options.get(CHECK_KIND);
        return (liveness ? result.up() : result.down()).message(said).build();
    }
}
