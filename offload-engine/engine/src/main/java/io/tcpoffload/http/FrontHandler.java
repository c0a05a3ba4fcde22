// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.tcpoffload.api.Content;
import io.tcpoffload.channel.Viewer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, request after request, until it is handed to a transport or closed. While a request is dealt with nothing
 * is read: what a client sends ahead waits in the decoder, and then with the kernel.
 */
final class FrontHandler extends ChannelInboundHandlerAdapter implements Concierge.Desk {

    private static final Logger LOG = LoggerFactory.getLogger(FrontHandler.class);

    private final RequestRouter router;
    private final Concierge concierge;
    private final RequestQueue queue;
    private final ReplySender sender;
    private final HeadGate gate;
    private final HttpCounters counters;
    private ChannelHandlerContext context;
    private ScheduledFuture<?> deadline;
    private RequestRouter.Wanted wanted;
    private HttpRequest request;
    private Asked asked;
    private long taken;
    private boolean first;
    private boolean over;

    /** @param first whether the connection is new, and not one that has been answered before */
    FrontHandler(RequestRouter router, Concierge concierge, RequestQueue queue, ReplySender sender, HeadGate gate,
            HttpCounters counters, boolean first) {
        this.router = router;
        this.concierge = concierge;
        this.queue = queue;
        this.sender = sender;
        this.first = first;
        this.gate = gate;
        this.counters = counters;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        await(first ? gate.limits().headDeadline() : gate.limits().keepAlive());
    }

    private void await(Duration time) {
        deadline = context.executor().schedule(this::tooSlow, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** A client that has been answered and says nothing more has simply done (RFC 9112 section 9.5). */
    private void tooSlow() {
        if (over || asked != null) {
            return;
        }
        if (first) {
            counters.increment(HttpCounter.SLOW_HEADS);
            last(new Reply(HttpResponseStatus.REQUEST_TIMEOUT).text("the request did not come in time"), true);
        } else {
            over = true;
            context.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        taken++;
        try {
            if (over || asked != null) {
                return;
            }
            if (message instanceof HttpRequest head) {
                read(head);
            }
            if (message instanceof LastHttpContent && request != null && !over) {
                deal();
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(HttpRequest head) {
        request = head;
        wanted = router.read(head, NetUtil.toSocketAddressString((InetSocketAddress) context.channel().localAddress()));
        if (wanted.reply() != null) {
            counters.increment(HttpCounter.REFUSED);
            last(wanted.reply(), !"HEAD".equals(head.method().name()));
        }
    }

    private void deal() {
        deadline.cancel(false);
        gate.leave(context.channel());
        context.channel().config().setAutoRead(false);
        asked = concierge.receive(request, wanted, context.channel());
        request = null;
        concierge.attend(asked, this, context.executor());
    }

    @Override
    public void refuse(Reply reply) {
        counters.increment(reply.status().code() < 400 ? HttpCounter.PAGES : HttpCounter.REFUSED);
        reply(reply);
    }

    @Override
    public void reply(Reply reply) {
        if (over) {
            return;
        }
        if (!asked.mayPersist()) {
            last(reply, !asked.isHead());
            return;
        }
        Channel socket = context.channel();
        socket.writeAndFlush(reply.encode(socket.alloc(), !asked.isHead(), true))
                .addListener(done -> next(done.isSuccess()));
    }

    /** A page, or what else ends the connection. */
    @Override
    public void last(Reply reply) {
        if (!over) {
            counters.increment(reply.status().code() < 400 ? HttpCounter.PAGES : HttpCounter.REFUSED);
            last(reply, !asked.isHead());
        }
    }

    private void last(Reply reply, boolean withBody) {
        Channel socket = context.channel();
        detach();
        gate.farewell().say(socket, reply.encode(socket.alloc(), withBody));
    }

    @Override
    public void answer(Content content) {
        if (over) {
            return;
        }
        boolean persist = asked.mayPersist();
        try {
            ContentReply reply = Representation.of(content).reply(asked.request().headers());
            counters.increment(HttpCounter.ANSWERED);
            if (!asked.isHead() && queue.isEmpty(taken) && sender.wants(context.channel(), reply)) {
                over = true;
                sender.sendElsewhere(context.channel(), reply, persist, () -> {
                    over = false;
                    sendHere(reply, persist);
                });
            } else {
                sendHere(reply, persist);
            }
        } catch (IOException e) {
            LOG.info("{} can't be sent: {}", ((Content.FilePart) content.body()).file(), e.toString());
            refuse(new Reply(HttpResponseStatus.NOT_FOUND).text("there is no such thing"));
        }
    }

    private void sendHere(ContentReply reply, boolean persist) {
        try {
            sender.send(context.channel(), reply, !asked.isHead(), persist, sent -> next(sent && persist));
        } catch (IOException e) {
            LOG.info("{} can't be sent: {}", reply.source().content().body(), e.toString());
            refuse(new Reply(HttpResponseStatus.NOT_FOUND).text("there is no such thing"));
        }
    }

    /** The response is out. */
    private void next(boolean persist) {
        if (over) {
            return;
        }
        if (!persist) {
            Channel socket = context.channel();
            detach();
            gate.farewell().say(socket, socket.alloc().buffer(0));
            return;
        }
        if (!gate.enterAgain(context.channel())) {
            over = true;
            context.close();
            return;
        }
        asked = null;
        first = false;
        await(gate.limits().keepAlive());
        context.channel().config().setAutoRead(true);
    }

    @Override
    public void serve(Viewer viewer, ChannelDirectory directory) {
        if (over) {
            viewer.refuse();
            return;
        }
        Channel socket = context.channel();
        counters.increment(HttpCounter.SERVED);
        detach();
        directory.transport(viewer.channel()).serve(socket,
                Concierge.mediaHead(viewer.channel()).encode(socket.alloc(), true), viewer);
    }

    private void refuseTls() {
        Channel socket = context.channel();
        counters.increment(HttpCounter.TLS_REFUSED);
        LOG.debug("{} speaks TLS to {}, which speaks HTTP: refused; its URL has to begin with http://",
                socket.remoteAddress(), socket.localAddress());
        detach();
        gate.farewell().say(socket, TlsRefusal.alert());
    }

    private void detach() {
        over = true;
        deadline.cancel(false);
        Channel socket = context.channel();
        gate.leave(socket);
        socket.pipeline().remove(RequestQueue.Decoder.class);
        socket.pipeline().remove(queue);
        socket.pipeline().remove(this);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && asked == null) {
            ctx.close();
        } else if (event == TlsRefusal.CLIENT_HELLO && !over) {
            refuseTls();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!over) {
            over = true;
            if (first) {
                counters.increment(HttpCounter.GONE);
            }
        }
        deadline.cancel(false);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: {}", ctx.channel(), cause.toString());
        ctx.close();
    }
}
