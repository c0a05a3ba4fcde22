// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.Published;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultAsyncProducer;

/**
 * Publishes message bodies into a channel. An exchange is done as soon as the channel's store has accepted its body,
 * on the calling thread: the store takes it at the speed of memory or disk and never waits for a viewer, and media
 * keeps the order in which a route sends it.
 */
public class TcpOffloadProducer extends DefaultAsyncProducer {

    private volatile ChannelLink link;

    public TcpOffloadProducer(TcpOffloadEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public TcpOffloadEndpoint getEndpoint() {
        return (TcpOffloadEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        var opening = new ChannelLink(getEndpoint().engineSource(), getEndpoint().spec());
        try {
            opening.open();
        } catch (RuntimeException e) {
            opening.close();
            throw e;
        }
        link = opening;
    }

    @Override
    protected void doStop() throws Exception {
        ChannelLink closing = link;
        link = null;
        if (closing != null) {
            closing.close();
        }
        super.doStop();
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            publish(exchange.getMessage());
        } catch (Throwable t) {
            exchange.setException(t);
        }
        callback.done(true);
        return true;
    }

    private void publish(Message message) throws Exception {
        boolean keyframe = keyframe(message.getHeader(TcpOffloadConstants.KEYFRAME));
        Published published = MediaBody.publish(link.publisher(), message.getBody(), keyframe);
        message.setHeader(TcpOffloadConstants.SUBSCRIBERS, published.subscribers());
        message.setHeader(TcpOffloadConstants.ACCEPTED_BYTES, published.acceptedBytes());
    }

    private static boolean keyframe(Object header) {
        if (header == null) {
            return true;
        } else if (header instanceof Boolean keyframe) {
            return keyframe;
        } else if ("true".equals(header) || "false".equals(header)) {
            return "true".equals(header);
        }
        throw new UnpublishableException("header " + TcpOffloadConstants.KEYFRAME + " '" + header + "' of type "
                + header.getClass().getTypeName() + " is not valid: true or false");
    }
}
