// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.Decision;
import io.tcpoffload.api.ViewerRequest;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Makes an exchange of a viewer's request, and a decision of the exchange. What comes from outside - header fields, query
 * parameters, variables of the path, in this order - become headers as the filter lets them; the body is null.
 */
final class Requests {

    private static final int FORBIDDEN = 403;
    private static final int FIRST_ERROR = 400;

    /** What the headers were before the route had them, so that a reply does not echo the request. */
    private static final String RECEIVED = "CamelTcpOffloadReceivedHeaders";

    private final HeaderFilterStrategy filter;
    private final Replies replies;

    Requests(TcpOffloadEndpoint endpoint) {
        HeaderFilterStrategy chosen = endpoint.getConfiguration().getHeaderFilterStrategy();
        filter = chosen == null ? new TcpOffloadHeaderFilterStrategy() : chosen;
        replies = new Replies(filter);
    }

    void fill(Exchange exchange, ViewerRequest request) {
        exchange.setPattern(ExchangePattern.InOut);
        Message message = exchange.getMessage();
        Map<String, Object> received = new LinkedHashMap<>();
        request.headers().forEach(field -> take(exchange, received, field.getKey(), field.getValue()));
        parameters(request.query()).forEach((name, value) -> take(exchange, received, name, value));
        request.variables().forEach((name, value) -> take(exchange, received, name, value));
        received.forEach(message::setHeader);
        exchange.setProperty(RECEIVED, received);
        message.setHeader(TcpOffloadConstants.EVENT, OptionWord.of(EventType.REQUEST));
        message.setHeader(TcpOffloadConstants.CHANNEL, request.channel());
        message.setHeader(TcpOffloadConstants.SESSION_ID, request.session());
        message.setHeader(TcpOffloadConstants.REMOTE_ADDRESS, text(request.remote()));
        message.setHeader(TcpOffloadConstants.LOCAL_ADDRESS, text(request.local()));
        if (!request.token().isEmpty()) {
            message.setHeader(TcpOffloadConstants.TOKEN, request.token());
        }
        message.setHeader(Exchange.HTTP_METHOD, request.method());
        message.setHeader(Exchange.HTTP_PATH, request.path());
        message.setHeader(Exchange.HTTP_QUERY, request.query());
    }

    private void take(Exchange exchange, Map<String, Object> received, String name, String value) {
        if (!filter.applyFilterToExternalHeaders(name, value, exchange)) {
            received.put(name, value);
        }
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // A lone '%' is the viewer's own affair.
            return text;
        }
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress() == null ? address.getHostString() : address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** @throws Exception the exchange's own, or one that names what is wrong about the route's answer */
    Decision decision(Exchange exchange, ViewerRequest request) throws Exception {
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
        Message message = exchange.getMessage();
        return switch (kind(message)) {
            case "admit" -> admit(message, request);
            case "reject" -> Decision.reject((int) Headers.number(message, TcpOffloadConstants.STATUS, FORBIDDEN),
                    Headers.text(message, TcpOffloadConstants.REASON), retryAfter(message));
            case "redirect" -> Decision.redirect((int) Headers.number(message, TcpOffloadConstants.STATUS, 302),
                    Headers.text(message, TcpOffloadConstants.REDIRECT));
            case "reply" -> Decision.answer(replies.content(exchange, received(exchange)));
            default -> throw new UnpublishableException("header " + TcpOffloadConstants.DECISION + " '"
                    + message.getHeader(TcpOffloadConstants.DECISION) + "' is not valid: admit, reject, redirect or reply");
        };
    }

    private static String kind(Message message) {
        String said = Headers.text(message, TcpOffloadConstants.DECISION);
        if (said != null) {
            return said;
        } else if (Headers.text(message, TcpOffloadConstants.REDIRECT) != null) {
            return "redirect";
        } else if (message.getBody() != null) {
            return "reply";
        }
        return Headers.number(message, TcpOffloadConstants.STATUS, 0) >= FIRST_ERROR ? "reject" : "admit";
    }

    private static Decision admit(Message message, ViewerRequest request) {
        String channel = Headers.text(message, TcpOffloadConstants.CHANNEL);
        return channel == null || channel.equals(request.channel()) ? Decision.admit() : Decision.admit(channel);
    }

    private static Duration retryAfter(Message message) {
        long seconds = Headers.number(message, "Retry-After", -1);
        return seconds < 0 ? null : Duration.ofSeconds(seconds);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> received(Exchange exchange) {
        return exchange.getProperty(RECEIVED, Map.of(), Map.class);
    }
}
