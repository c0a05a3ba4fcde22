// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import org.osgi.annotation.versioning.ConsumerType;

/** Hears what happens to viewers; see {@link OffloadEngine#watch}. */
@ConsumerType
@FunctionalInterface
public interface ViewerListener {

    /**
     * Called for one event after another, in the order in which they happened, on a thread of the registration's own: it may
     * block, and then more waits in the registration's queue. What it throws is logged and counted.
     */
    void onEvent(ViewerEvent event);
}
