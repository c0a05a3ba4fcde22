// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.netty.util.NetUtil;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.channel.Source;
import io.tcpoffload.core.Sender;
import io.tcpoffload.core.SenderCounter;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.SessionTable;
import io.tcpoffload.kernel.TcpState;
import java.net.InetSocketAddress;

/** A viewer whose connection the engine owns. All of it belongs to the session loop's thread. */
final class ViewerSession {

    private static final long NEVER = -1;

    private final long id;
    private final long startedAt;
    private final int slot;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final boolean ipv6;
    private final Source source;
    private final Sender sender;
    private final TcpState taken;
    private final Journal journal;
    private final StreamMap stream;
    private final Replies replies = new Replies();
    private final RecordView record;
    private final SessionPath path;
    private final SmallSegments small;
    private final Adopted adopted;
    private long jumpsFollowed = NEVER;
    private long probeEnd = NEVER;
    private long sentBefore;
    private boolean disowned;
    private long closingSinceNs = Long.MAX_VALUE;
    private long drainingSinceNs = Long.MAX_VALUE;

    /**
     * A session whose record is complete; it enters itself in the journal.
     *
     * @param journal of its record, empty
     * @param taken   what the socket knew
     * @param adopted null for a viewer of a listener's
     */
    ViewerSession(long id, int slot, InetSocketAddress local, InetSocketAddress remote, Device device,
            SessionTable table, Journal journal, Source source, Sender sender, TcpState taken, SenderSettings settings,
            Adopted adopted) {
        this(id, System.currentTimeMillis(), slot, local, remote, device, table, journal,
                new StreamMap(journal::spans), source, sender, taken, settings, adopted);
        if (adopted != null && sender.inFlight() > 0) {
            stream.jump(sender.una(), adopted.firstPosition());
        }
        journal.begin(id, startedAt, source.streamId(), taken.rcvNxt(), taken.mssClamp(), taken.sack(), taken.ecn());
        remember();
        journal.kind(isPrivate() ? Journal.PRIVATE : Journal.CHANNEL);
    }

    private ViewerSession(long id, long startedAt, int slot, InetSocketAddress local, InetSocketAddress remote,
            Device device, SessionTable table, Journal journal, StreamMap stream, Source source, Sender sender,
            TcpState taken, SenderSettings settings, Adopted adopted) {
        this.id = id;
        this.startedAt = startedAt;
        this.slot = slot;
        this.local = local;
        this.remote = remote;
        this.ipv6 = table.ipv6(slot);
        this.journal = journal;
        this.stream = stream;
        this.source = source;
        this.sender = sender;
        this.taken = taken;
        this.adopted = adopted;
        this.small = new SmallSegments(adopted != null && adopted.state().nagle(), sender.nxt());
        path = new SessionPath(table, slot, device, sender, taken);
        record = new RecordView(table, slot, taken.ecn() && settings.ecn(), sender, stream, source, replies);
    }

    /**
     * A viewer whose journal another engine has begun.
     *
     * @param stream as it was logged
     * @param source at the position that follows from it
     * @param sender from where the record stands
     * @param taken  what is known of the connection
     */
    static ViewerSession resumed(Journal journal, int slot, InetSocketAddress local, InetSocketAddress remote, Device device,
            SessionTable table, StreamMap stream, Source source, Sender sender, TcpState taken, SenderSettings settings) {
        ViewerSession session = new ViewerSession(journal.id(), journal.startedAt(), slot, local, remote, device, table,
                journal, stream, source, sender, taken, settings, null);
        session.sentBefore = journal.sentBytes();
        session.jumpsFollowed = journal.spans() == 0 ? NEVER : source.jumps();
        return session;
    }

    /** Unique while the engine runs. */
    long id() {
        return id;
    }

    int slot() {
        return slot;
    }

    InetSocketAddress local() {
        return local;
    }

    InetSocketAddress remote() {
        return remote;
    }

    /** The way its frames take. */
    SessionPath path() {
        return path;
    }

    /** What the receive hook tells. */
    RecordView record() {
        return record;
    }

    /** What it is to be told. */
    Replies replies() {
        return replies;
    }

    boolean ipv6() {
        return ipv6;
    }

    Source source() {
        return source;
    }

    Sender sender() {
        return sender;
    }

    /** What the socket knew at take-over. */
    TcpState taken() {
        return taken;
    }

    /** What it has besides when its connection was another process'; null for a viewer of a listener's. */
    Adopted adopted() {
        return adopted;
    }

    /** Whether it keeps to what Linux shows on the wire, because its owner and not a channel says what is sent. */
    boolean isPrivate() {
        return adopted != null && adopted.source() != null;
    }

    /** Bytes that wait and may be asked for: not a small segment while another one is unacknowledged, but as a probe. */
    long waitingBytes() {
        long lag = source.lag();
        if (!isPrivate() || sender.probesWithNewData()) {
            return lag;
        }
        long admitted = small.admit(lag, path.mss(), sender.una(), lag > 0 && source.endsAt(source.position() + lag));
        sender.holdBack(lag - admitted);
        sender.fillWindow(small.isFree(sender.una()));
        return admitted;
    }

    /**
     * Whether the segment that ends there says PSH: the last of a piece, and what finds out about a small window
     * (Linux tcp_write_wakeup).
     */
    boolean pushes(long end) {
        return source.pushedAt(end) || end == probeEnd || isPrivate() && sender.probesTheWindow();
    }

    /** New data left. */
    void sent(int bytes, long atNs) {
        if (isPrivate() && sender.probesTheWindow()) {
            probeEnd = source.position() + bytes;
        }
        sender.onSent(bytes, atNs);
        source.advance(bytes);
        if (isPrivate()) {
            small.onSent(bytes, path.mss(), sender.nxt());
        }
    }

    StreamMap stream() {
        return stream;
    }

    /** The kernel's programs have reset it: this process stood still for longer than the grace. */
    void disown() {
        disowned = true;
    }

    boolean isDisowned() {
        return disowned;
    }

    /** What outlives the engine. */
    Journal journal() {
        return journal;
    }

    /** Writes down what the journal has only as of the last time. */
    void remember() {
        journal.estimates(sender.srttNs(), sender.rttvarNs(), sender.cwndBytes(), sender.ssthreshBytes());
        journal.totals(sentBytes(), source.jumps());
    }

    private long sentBytes() {
        return sentBefore + sender.count(SenderCounter.BYTES_SENT);
    }

    /**
     * Lets the sequence space follow the source after it has started or jumped.
     *
     * @return false if the viewer jumps faster than it acknowledges
     */
    boolean followJumps() {
        if (source.jumps() == jumpsFollowed) {
            return true;
        }
        jumpsFollowed = source.jumps();
        return stream.jump(sender.nxt(), source.position());
    }

    /** The stream has ended for this viewer; what is in flight is still delivered. */
    void closeOrderly(long nowNs) {
        if (closingSinceNs == Long.MAX_VALUE) {
            closingSinceNs = nowNs;
            journal.ending();
            sender.queueFin();
        }
    }

    boolean isClosing() {
        return closingSinceNs != Long.MAX_VALUE;
    }

    boolean isClosingLongerThan(long ns, long nowNs) {
        return isClosing() && nowNs - closingSinceNs > ns;
    }

    /** Whether the viewer has had so long to take what is left of a channel that has ended. */
    boolean isDrainingLongerThan(long ns, long nowNs) {
        drainingSinceNs = Math.min(drainingSinceNs, nowNs);
        return nowNs - drainingSinceNs > ns;
    }

    SessionInfo info() {
        long sent = sentBytes();
        return new SessionInfo(id, text(remote), text(local), source.name(), TransportMode.OFFLOAD, path.device().name(),
                sender.state().name(), startedAt, sent, sent - Math.min(sent, sender.inFlight()), source.lag(),
                sender.cwndBytes(), sender.srttNs() / 1000, sender.retransmittedSegments(), source.jumps());
    }

    static String text(InetSocketAddress address) {
        return NetUtil.toSocketAddressString(address);
    }
}
