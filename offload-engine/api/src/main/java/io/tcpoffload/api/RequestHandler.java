// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** Decides what viewers' requests get; see {@link OffloadEngine#handle}. */
@ConsumerType
@FunctionalInterface
public interface RequestHandler {

    /** Admits everybody, for a registration that only has an {@link AccessRule}. */
    RequestHandler ADMIT = request -> CompletableFuture.completedFuture(Decision.admit());

    /**
     * Called on one of the engine's few network threads for each request: must not block, only begin. The stage may be
     * completed by any thread, within {@link HandlerSpec#timeout()}; what comes later is ignored.
     *
     * @return the decision to be. An exception, thrown or as the stage's outcome, is logged and counted, and the viewer gets
     *         500
     */
    CompletionStage<Decision> decide(ViewerRequest request);
}
