// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

/** Takes the events that the receive hook raised. */
@FunctionalInterface
public interface EventHandler {

    /** @param event valid during the call only: the next event uses the same object */
    void onEvent(KernelEvent event);
}
