// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.ViewerEvent;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;

/** Makes an exchange of an event: the event is the body, and what routes decide by are headers. */
final class Events {

    private Events() {
    }

    static void fill(Exchange exchange, ViewerEvent event) {
        exchange.setPattern(ExchangePattern.InOnly);
        Message message = exchange.getMessage();
        message.setBody(event);
        message.setHeader(TcpOffloadConstants.EVENT, event.type().toString());
        message.setHeader(TcpOffloadConstants.CHANNEL, event.channel());
        message.setHeader(TcpOffloadConstants.SESSION_ID, event.session());
        message.setHeader(TcpOffloadConstants.REMOTE_ADDRESS, event.remote());
        message.setHeader(TcpOffloadConstants.LOCAL_ADDRESS, event.local());
        message.setHeader(TcpOffloadConstants.TRANSPORT, event.transport().name().toLowerCase(Locale.ROOT));
        message.setHeader(TcpOffloadConstants.BYTES_SENT, event.sentBytes());
        message.setHeader(TcpOffloadConstants.DURATION, event.duration().toMillis());
        message.setHeader(TcpOffloadConstants.LAG, event.lagBytes());
        message.setHeader(TcpOffloadConstants.REASON, event.reason());
        message.setHeader(Exchange.MESSAGE_TIMESTAMP, event.at().toEpochMilli());
        if (!event.token().isEmpty()) {
            message.setHeader(TcpOffloadConstants.TOKEN, event.token());
        }
    }
}
