// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.tcpoffload.api.ViewerEvent;

/** Is told what happens to viewers, on whatever thread it happens: must be quick, and never block. */
@FunctionalInterface
public interface ViewerWatcher {

    /** Nobody watches. */
    ViewerWatcher NONE = (type, viewer, sentBytes, lagBytes, reason) -> { };

    /**
     * @param sentBytes media bytes sent so far
     * @param lagBytes  how far it is behind the newest byte
     * @param reason    a line for people
     */
    void on(ViewerEvent.Type type, Viewer viewer, long sentBytes, long lagBytes, String reason);
}
