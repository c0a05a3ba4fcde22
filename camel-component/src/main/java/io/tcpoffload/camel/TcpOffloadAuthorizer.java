// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.Decision;
import io.tcpoffload.api.ViewerRequest;

/** Decides who may watch: a bean for the option {@code authorizer}. */
@FunctionalInterface
public interface TcpOffloadAuthorizer {

    /**
     * Called on a thread of the endpoint's pool, which may block; several requests may be decided at the same time.
     *
     * @return what the viewer gets. After {@link Decision.Admit} a consumer of {@code request} events has the last word
     * @throws Exception is logged; the viewer gets 500
     */
    Decision authorize(ViewerRequest request) throws Exception;
}
