// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import io.tcpoffload.api.AccessRule;
import io.tcpoffload.api.Content;
import io.tcpoffload.api.Decision;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.Viewer;
import io.tcpoffload.channel.ViewerCounts;
import java.time.Duration;
import java.util.Map;

/**
 * Decides what a request gets, in this order: a page of the engine's own, a refusal while its path is suspended, what a
 * handler says, a channel whose access rule lets it in. Thread-safe; each request is dealt with on its own event loop.
 */
final class Concierge {

    /** Where a request is answered; each way once, and only one of them. */
    interface Desk {

        /** A short reply; the connection may go on. */
        void reply(Reply reply);

        /** The same, and it is counted as a page or refusal. */
        void refuse(Reply reply);

        /** A short reply and the connection's end. */
        void last(Reply reply);

        /** A body of a handler's. */
        void answer(Content content);

        /** The media. */
        void serve(Viewer viewer, ChannelDirectory directory);
    }

    /** A place that was counted while its viewer is being decided about. */
    private record Place(ViewerCounts counts, Asked asked) {

        void leave() {
            if (counts != null) {
                counts.leave(asked.address());
            }
        }
    }

    private static final Duration STALE_RETRY = Duration.ofSeconds(10);

    private final ChannelDirectory directory;
    private final Front front;
    private final RequestRouter router;

    Concierge(ChannelDirectory directory, Front front, RequestRouter router) {
        this.directory = directory;
        this.front = front;
        this.router = router;
    }

    Asked receive(HttpRequest request, RequestRouter.Wanted wanted, Channel socket) {
        return new Asked(request, wanted, socket, front.nextSession());
    }

    void attend(Asked asked, Desk desk, EventExecutor loop) {
        Handlers.Match match = front.handlers().find(asked.path());
        if (RequestRouter.isPage(asked.path()) && (match == null || match.handler().spec().path().isPattern())) {
            desk.last(router.page(asked.wanted()));
            return;
        }
        Suspension suspension = front.suspensionOf(asked.path());
        if (suspension != null) {
            desk.refuse(suspension.refuse(asked.target()));
        } else if (match != null) {
            ask(match, asked, desk, loop);
        } else {
            admit(asked.channel(Map.of()), "", new Place(null, asked), asked, desk);
        }
    }

    private void ask(Handlers.Match match, Asked asked, Desk desk, EventExecutor loop) {
        Handler handler = match.handler();
        handler.count(HandlerCounter.REQUESTS);
        AccessRule rule = handler.spec().access();
        String token = asked.token(rule);
        String channel = asked.channel(match.variables());
        Reply refusal = Replies.refusal(rule, asked.address(), token, channel);
        boolean counted = refusal == null && !asked.isHead();
        if (counted && !handler.counts().enter(asked.address(), rule)) {
            refusal = Replies.full();
        }
        if (refusal != null) {
            handler.count(HandlerCounter.REFUSED);
            desk.refuse(refusal);
            return;
        }
        Place place = new Place(counted ? handler.counts() : null, asked);
        handler.ask(asked.toViewerRequest(match, directory, token), loop,
                decision -> carryOut(decision, handler, channel, token, place, asked, desk));
    }

    private void carryOut(Decision decision, Handler handler, String channel, String token, Place place, Asked asked,
            Desk desk) {
        if (decision instanceof Decision.Admit admit) {
            handler.count(HandlerCounter.ADMITTED);
            admit(admit.channel() == null ? channel : admit.channel(), token, place, asked, desk);
            return;
        }
        place.leave();
        if (decision instanceof Decision.Reject reject) {
            handler.count(HandlerCounter.REJECTED);
            desk.refuse(Replies.of(reject));
        } else if (decision instanceof Decision.Redirect redirect) {
            handler.count(HandlerCounter.REDIRECTED);
            desk.reply(Replies.of(redirect));
        } else if (decision instanceof Decision.Answer answer) {
            handler.count(HandlerCounter.ANSWERED);
            desk.answer(answer.content());
        }
    }

    private void admit(String name, String handlersToken, Place place, Asked asked, Desk desk) {
        MediaChannel channel = directory.find(name);
        if (channel == null) {
            place.leave();
            desk.last(Replies.noChannel());
            return;
        }
        AccessRule rule = channel.spec().access();
        String own = asked.token(rule);
        String token = own.isEmpty() ? handlersToken : own;
        Reply refusal = channel.isStale() ? Replies.unavailable("nothing is being published", STALE_RETRY)
                : Replies.refusal(rule, asked.address(), token, name);
        if (refusal == null && asked.isHead()) {
            place.leave();
            desk.last(mediaHead(channel));
            return;
        }
        if (refusal == null && !channel.viewerCounts().enter(asked.address(), rule)) {
            refusal = Replies.full();
        }
        if (refusal != null) {
            place.leave();
            desk.refuse(refusal);
            return;
        }
        Place second = new Place(channel.viewerCounts(), asked);
        desk.serve(new Viewer(asked.session(), channel, asked.remote(), asked.local(), token, front.watcher(), () -> {
            place.leave();
            second.leave();
        }), directory);
    }

    /** No Content-Length: the body ends with the connection (RFC 9112 section 6.3, rule 8). */
    static Reply mediaHead(MediaChannel channel) {
        return new Reply(HttpResponseStatus.OK).field("Content-Type", channel.spec().contentType());
    }
}
