// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import java.io.IOException;
import java.nio.file.Path;
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
    private boolean waitsForComponent;
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
        if (waitsForComponent) {
            run();
        }
    }

    /** A component is going: routes that use it stop, and wait for it to come back. */
    void componentRemoved(String component) {
        if (running != null && running.uses(component)) {
            LOG.info("{}: stops, as component {} is going; it starts when that is back", file, component);
            running.stop();
            running = null;
            waitsForComponent = true;
        }
    }

    /** Tries routes again that were right and still could not start, as for a port that was in use. */
    void retry() {
        if (startFailed && running == null) {
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
        waitsForComponent = false;
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
            waitsForComponent |= e.missingComponent() != null;
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
        if (e.missingComponent() == null) {
            LOG.error("{}", fault);
        } else {
            LOG.warn("{}", fault);
        }
        LOG.debug("{}", file, e);
    }
}
