// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.api.TransportMode;
import io.tcpoffload.channel.Cursor;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.Viewer;
import io.tcpoffload.core.Sender;
import io.tcpoffload.core.SenderConfig;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.Flow;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.SessionState;
import io.tcpoffload.kernel.SessionTable;
import io.tcpoffload.kernel.TcpState;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on with the sessions of an engine that is no more. Where each stands follows from its record, which the receive hook
 * has kept up to date meanwhile, and from its {@link Journal}. What was in flight counts as sent now; the window is the
 * initial one at most, as after any pause (RFC 5681 section 4.1). Who can't be gone on with is reset. On the session loop's
 * thread, once.
 */
final class SessionResumer {

    private static final Logger LOG = LoggerFactory.getLogger(SessionResumer.class);

    private static final long NOT_STARTED = -1;

    /**
     * What became of them.
     *
     * @param resumed   viewers that are served again
     * @param reset     viewers that could not be
     * @param highestId of all that had a number
     */
    record Outcome(int resumed, int reset, long highestId) {
    }

    private final KernelSide kernel;
    private final SessionTable table;
    private final SenderSettings settings;
    private final SessionLoop loop;
    private final LongFunction<MediaChannel> channels;
    private final ReturningViewers viewers;
    private final SessionCheck check;
    private final int[] sackBlocks = new int[8];
    private int resumed;
    private int reset;
    private long highestId;

    /**
     * @param channels by {@link MediaChannel#id()}; null for one that there is not
     * @param viewers  who a former viewer is now
     */
    SessionResumer(KernelSide kernel, SenderSettings settings, SessionLoop loop, LongFunction<MediaChannel> channels,
            ReturningViewers viewers) {
        this.kernel = kernel;
        this.settings = settings;
        this.loop = loop;
        this.channels = channels;
        this.viewers = viewers;
        table = kernel.sessions();
        check = new SessionCheck(table, id -> {
            MediaChannel channel = channels.apply(id);
            return channel == null ? null : channel.store();
        });
    }

    Outcome resume(long nowNs) throws KernelException {
        for (Flow flow : kernel.flows().entries()) {
            resume(flow.onDevice(table.ifindex(flow.session())), nowNs);
        }
        return new Outcome(resumed, reset, highestId);
    }

    private void resume(Flow flow, long nowNs) throws KernelException {
        int slot = flow.session();
        table.claim(slot);
        switch (table.state(slot)) {
            case SessionState.OWNED, SessionState.TAKING -> takeOn(flow, nowNs);
            case SessionState.LINGER -> loop.departures().add(flow.local(), flow.viewer(), slot, nowNs);
            default -> kernel.drop(flow);
        }
    }

    private void takeOn(Flow flow, long nowNs) throws KernelException {
        Journal journal = Journal.of(kernel, flow.session());
        if (journal.kind() != Journal.NONE) {
            highestId = Math.max(highestId, journal.id());
        }
        if (table.resetReceived(flow.session())) {
            kernel.drop(flow);
            return;
        }
        Device device = device(flow.session());
        String refusal = device == null ? "the device its packets went by is gone" : check.refusal(flow.session(), journal);
        if (refusal == null) {
            loop.resume(session(flow, device, journal, nowNs));
            resumed++;
            return;
        }
        LOG.info("{}: reset, nobody can go on with it: {}", flow.viewer(), refusal);
        reset++;
        if (device != null && check.hasTemplate(flow.session())) {
            resetViewer(flow.session());
        }
        table.state(flow.session(), SessionState.LINGER);
        loop.departures().add(flow.local(), flow.viewer(), flow.session(), nowNs);
    }

    /**
     * What the record says to be in flight may never have left: so the reset goes out with either end of that, because only
     * the viewer's next sequence number counts (RFC 5961 section 3.2). Of a connection that was being taken the end is
     * perhaps not known, but nothing was in flight.
     */
    private void resetViewer(int slot) {
        int una = table.una(slot);
        int nxt = table.state(slot) == SessionState.OWNED ? table.nxt(slot) : una;
        table.state(slot, SessionState.OWNED);
        loop.resetUnserved(slot, una, nxt);
    }

    private Device device(int slot) {
        try {
            return kernel.attach(table.ifindex(slot));
        } catch (KernelException e) {
            return null;
        }
    }

    private ViewerSession session(Flow flow, Device device, Journal journal, long nowNs) {
        int slot = flow.session();
        TcpState tcp = state(slot, journal);
        StreamMap stream = StreamMap.resumed(journal);
        Sender sender = sender(slot, journal, tcp, nowNs);
        stream.acknowledged(sender.una());
        Viewer viewer = viewers.viewer(journal.id(), channels.apply(journal.channel()), flow.viewer(), flow.local());
        viewer.carriedBy(TransportMode.OFFLOAD);
        Cursor cursor = viewer.resume(journal.spans() > 0 ? stream.positionOf(sender.nxt()) : NOT_STARTED, journal.jumps());
        ViewerSession session = ViewerSession.resumed(journal, slot, flow.local(), flow.viewer(), device, table, stream,
                cursor, sender, tcp, settings);
        if (journal.isEnding()) {
            boolean finLeft = journal.finLeft(table.nxt(slot));
            session.closeOrderly(nowNs);
            if (finLeft) {
                sender.onFinSent(nowNs);
            }
        }
        if (table.finReceived(slot)) {
            sender.onPeerFin(nowNs);
        }
        session.record().readLastAck(sackBlocks, nowNs);
        return session;
    }

    private TcpState state(int slot, Journal journal) {
        return new TcpState(table.finReceived(slot) ? TcpState.CLOSE_WAIT : TcpState.ESTABLISHED, table.nxt(slot),
                journal.inputBase(), table.mss(slot), journal.mssClamp(), table.sndWscale(slot), table.rcvWscale(slot),
                table.timestamps(slot), journal.sack(), journal.ecn(), table.tsOffset(slot), table.wl1(slot),
                table.window(slot) << table.sndWscale(slot), table.maxWindow(slot),
                table.advertisedWindow(slot) << table.rcvWscale(slot), journal.inputBase(),
                (int) TimeUnit.NANOSECONDS.toMicros(journal.srttNs()));
    }

    private Sender sender(int slot, Journal journal, TcpState tcp, long nowNs) {
        int end = SessionCheck.dataEnd(table.nxt(slot), journal);
        int una = table.una(slot);
        SenderConfig config = settings.config(tcp.mss(), tcp.ecn()).build();
        Sender sender = new Sender(config, una - end > 0 ? end : una, end, tcp.sndWnd(), tcp.sack(), nowNs);
        sender.seed(journal.srttNs(), journal.rttvarNs(), Math.min(journal.cwndBytes(), config.initialCwndBytes()),
                journal.ssthreshBytes(), nowNs);
        return sender;
    }
}
