// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.examples.routes;

import org.apache.camel.builder.RouteBuilder;

/** Who may watch, what has another name now, and a line in the log for who has watched. */
public final class Gate extends RouteBuilder {

    @Override
    public void configure() {
        from("tcpoffload:{{listener}}/{channel}?events=request&requestTimeout=2s").routeId("gate")
            .choice()
                .when(simple("${header.CamelTcpOffloadChannel} == 'sport' && ${header.ticket} != '{{ticket}}'"))
                    .setHeader("CamelTcpOffloadStatus", constant(402))
                    .setHeader("CamelTcpOffloadReason", constant("sport needs a ticket: add ?ticket=..."))
                .when(simple("${header.CamelTcpOffloadChannel} == 'headlines'"))
                    .setHeader("CamelTcpOffloadRedirect", constant("/news"));

        from("tcpoffload:{{listener}}/{channel}?events=unsubscribe").routeId("accounting")
            .log("${header.CamelTcpOffloadRemoteAddress} watched ${header.CamelTcpOffloadChannel} for "
                    + "${header.CamelTcpOffloadDuration} ms and got ${header.CamelTcpOffloadBytesSent} bytes");
    }
}
