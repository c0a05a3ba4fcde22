// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import org.apache.camel.support.DefaultHeaderFilterStrategy;

/**
 * Which header fields of a request become message headers, and which message headers become fields of a reply: all but
 * Camel's own, which a viewer must not set and need not see, and those that HTTP itself or the engine decides about.
 */
public class TcpOffloadHeaderFilterStrategy extends DefaultHeaderFilterStrategy {

    private static final String[] CAMEL = {"camel", "org.apache.camel."};

    public TcpOffloadHeaderFilterStrategy() {
        setLowerCase(true);
        setCaseInsensitive(true);
        setInFilterStartsWith(CAMEL);
        setOutFilterStartsWith(CAMEL);
        for (String field : new String[] {"connection", "content-length", "content-range", "content-type", "date", "etag",
                "accept-ranges", "host", "keep-alive", "last-modified", "retry-after", "te", "trailer", "transfer-encoding",
                "upgrade"}) {
            getOutFilter().add(field);
        }
    }
}
