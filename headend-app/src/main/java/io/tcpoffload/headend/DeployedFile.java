// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One route file and its running routes. A new version is checked first, while the old one runs on; only a version
 * that passed replaces it. When that one can't be started after all, the old one is started again. For one thread.
 */
final class DeployedFile {

    private static final Logger LOG = LoggerFactory.getLogger(DeployedFile.class);

    private final Path file;
    private final Function<String, CamelContext> contexts;
    private RouteSource wanted;
    private RouteSource lastGood;
    private RunningRoutes running;
    private boolean waits;
    private boolean startFailed;
    private String lastFault;

    DeployedFile(Path file, Function<String, CamelContext> contexts) {
        this.file = file;
        this.contexts = contexts;
    }

    /** Runs the file as it is now, if it is not what runs already. */
    void deploy() {
        RouteSource now;
        try {
            now = RouteSource.of(file);
        } catch (IOException e) {
            LOG.error("{}: can't be read: {}", file, e.toString());
            return;
        }
        if (running == null || !now.sameAs(wanted)) {
            wanted = now;
            lastFault = null;
            run();
        }
    }

    /** A component was installed: routes that wait may start now. */
    void componentAdded() {
        if (waits) {
            run();
        }
    }

    /** Components are going: routes that use one of them stop, and wait for it to come back. */
    void componentsRemoved(Set<String> going) {
        if (running != null && running.usesAny(going)) {
            LOG.info("{}: stopped, as a component it uses is going; it starts again when that is back", file);
            running.stop();
            running = null;
            waits = true;
        }
    }

    /** Tries routes again that were right and still could not start, as for a port in use or a missing language. */
    void retry() {
        if ((startFailed || waits) && running == null) {
            run();
        }
    }

    void undeploy() {
        if (running != null) {
            running.stop();
            running = null;
            LOG.info("{}: stopped", file);
        }
    }

    private void run() {
        waits = false;
        startFailed = false;
        if (!replaceBy(wanted) && running == null && lastGood != null && !lastGood.sameAs(wanted)) {
            replaceBy(lastGood);
        }
    }

    private boolean replaceBy(RouteSource next) {
        boolean hadRoutes = running != null;
        try {
            check(next);
        } catch (RouteException e) {
            waits |= e.curedByInstalling();
            report(e);
            return false;
        }
        if (hadRoutes) {
            running.stop();
            running = null;
        }
        try {
            running = RunningRoutes.start(next.name(), next::loadInto, contexts);
        } catch (RouteException e) {
            waits |= e.curedByInstalling();
            startFailed = true;
            report(e);
            return false;
        }
        lastGood = next;
        if (next == wanted) {
            lastFault = null;
            LOG.info("{}: {}, routes: {}", file, hadRoutes ? "reloaded" : "started", running.routes());
        } else {
            LOG.info("{}: its version before runs again, routes: {}", file, running.routes());
        }
        return true;
    }

    private void check(RouteSource source) throws RouteException {
        CamelContext draft = contexts.apply(source.name());
        try {
            source.check(draft);
        } finally {
            draft.stop();
        }
    }

    private void report(RouteException e) {
        String fault = e.in(file) + (running == null ? "" : " (the version before runs on)");
        if (fault.equals(lastFault)) {
            return;
        }
        lastFault = fault;
        if (e.curedByInstalling()) {
            LOG.warn("{}", fault);
        } else {
            LOG.error("{}", fault);
        }
        LOG.debug("{}", file, e);
    }
}
