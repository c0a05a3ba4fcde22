// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import java.net.URISyntaxException;
import java.util.Map;

/**
 * Builds endpoint URIs from options, as the YAML DSL needs it. Camel's generator knows one form of the path only: it
 * would make {@code tcpoffload/channel} where the listener is left out.
 */
public class TcpOffloadUriFactory extends TcpOffloadEndpointUriFactory {

    @Override
    public String buildUri(String scheme, Map<String, Object> properties, boolean encode) throws URISyntaxException {
        String uri = super.buildUri(scheme, properties, encode);
        return uri.startsWith(scheme + '/') ? scheme + ':' + uri.substring(scheme.length() + 1) : uri;
    }
}
