// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.netty.util.NetUtil;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.channel.PrivateSource;
import io.tcpoffload.channel.Source;
import io.tcpoffload.core.Sender;
import io.tcpoffload.core.SenderCounter;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.SessionTable;
import io.tcpoffload.kernel.TcpState;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A viewer whose connection the engine owns. All of it belongs to the session loop's thread. */
final class ViewerSession {

    /**
     * A queue that is full empties in less; and while a link is down, asking so often costs next to nothing, whereas
     * asking in each turn would be all that the loop does.
     */
    private static final long REFUSED_REST_NS = 2_000_000;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final long id;
    private final int slot;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final Device device;
    private final int headerLength;
    private final int networkOffset;
    private final boolean ipv6;
    private final int mss;
    private final Source source;
    private final Sender sender;
    private final TcpState taken;
    private final StreamMap stream = new StreamMap();
    private final SmallSegments small;
    private final Adopted adopted;
    private final long startedAt = System.currentTimeMillis();
    private long jumpsFollowed = -1;
    private int una;
    private int version;
    private boolean finSeen;
    private boolean ackDue;
    private long lastReplyNs;
    private long refusedUntilNs = Long.MIN_VALUE;
    private long closingSinceNs = Long.MAX_VALUE;
    private long drainingSinceNs = Long.MAX_VALUE;

    ViewerSession(long id, int slot, InetSocketAddress local, InetSocketAddress remote, Device device,
            SessionTable table, Source source, Sender sender, TcpState taken) {
        this(id, slot, local, remote, device, table, source, sender, taken, null);
    }

    /** @param adopted null for a viewer of a listener's */
    ViewerSession(long id, int slot, InetSocketAddress local, InetSocketAddress remote, Device device,
            SessionTable table, Source source, Sender sender, TcpState taken,
            Adopted adopted) {
        this.id = id;
        this.slot = slot;
        this.local = local;
        this.remote = remote;
        this.device = device;
        this.headerLength = table.headerLength(slot);
        this.networkOffset = table.linkLength(slot);
        this.ipv6 = table.ipv6(slot);
        this.mss = table.mss(slot);
        this.source = source;
        this.sender = sender;
        this.taken = taken;
        this.una = sender.una();
        this.adopted = adopted;
        this.small = new SmallSegments(adopted != null && adopted.state().nagle(), sender.nxt());
        if (sender.inFlight() > 0) {
            stream.jump(sender.una(), source.position() - sender.inFlight());
        }
        this.finSeen = table.finReceived(slot);
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

    Device device() {
        return device;
    }

    /** Link, network and TCP header together. */
    int headerLength() {
        return headerLength;
    }

    /** Where the network header starts in a frame. */
    int networkOffset() {
        return networkOffset;
    }

    boolean ipv6() {
        return ipv6;
    }

    int mss() {
        return mss;
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

    /** What the peer had sent before and nobody has read, as long as what came since does not follow it. */
    ByteBuffer unread(SessionTable table) {
        return adopted == null || receivedSince(table) != 0 ? NOTHING : ByteBuffer.wrap(adopted.state().unread());
    }

    /** Bytes that were acknowledged to the peer and that {@link #unread} does not have. */
    long unreadable(SessionTable table) {
        long since = receivedSince(table);
        return since == 0 ? 0 : since + adopted.state().unread().length;
    }

    private long receivedSince(SessionTable table) {
        TcpState then = adopted.state().tcp();
        int before = then.state() == TcpState.CLOSE_WAIT ? then.rcvNxt() - 1 : then.rcvNxt();
        int now = table.finReceived(slot) ? table.rcvNxt(slot) - 1 : table.rcvNxt(slot);
        return Integer.toUnsignedLong(now - before);
    }

    /** Bytes that wait and may be asked for: not a small segment while another one is unacknowledged. */
    long waitingBytes() {
        long lag = source.lag();
        return !isPrivate() ? lag
                : small.admit(lag, mss, sender.una(), lag > 0 && source.endsAt(source.position() + lag));
    }

    /** New data left. */
    void sent(int bytes, long atNs) {
        sender.onSent(bytes, atNs);
        source.advance(bytes);
        small.onSent(bytes, mss, sender.nxt());
    }

    StreamMap stream() {
        return stream;
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

    /** Takes in what the receive hook wrote since the last time. */
    void poll(SessionTable table, long nowNs) {
        int seen = table.version(slot);
        if (seen == version) {
            return;
        }
        long arrival;
        int acknowledged;
        long window;
        while (true) {
            arrival = table.arrivalNs(slot);
            acknowledged = table.una(slot);
            window = windowBytes(table, table.window(slot));
            VarHandle.loadLoadFence();
            int after = table.version(slot);
            if (after == seen && (seen & 1) == 0) {
                break;
            }
            seen = after;
            Thread.onSpinWait();
        }
        version = seen;
        if (!finSeen && table.finReceived(slot)) {
            finSeen = true;
            ackDue = true;
            sender.onPeerFin(nowNs);
        }
        sender.onAck(acknowledged, window, arrival, nowNs);
        if (acknowledged != una) {
            una = acknowledged;
            stream.acknowledged(una);
            source.acknowledged(stream.positionOf(una));
        }
    }

    /** RFC 7323 section 2.3. */
    long windowBytes(SessionTable table, int raw) {
        return (long) raw << table.sndWscale(slot);
    }

    /** A segment came that has to be acknowledged. */
    void acknowledgeSoon() {
        ackDue = true;
    }

    /**
     * A segment came that RFC 5961 answers, but not more often than Linux does
     * ({@code net.ipv4.tcp_invalid_ratelimit}).
     */
    void challenge(long nowNs, long atMostEveryNs) {
        if (nowNs - lastReplyNs >= atMostEveryNs) {
            lastReplyNs = nowNs;
            ackDue = true;
        }
    }

    /** Its device refused a frame: down, or a full queue. */
    void refused(long nowNs) {
        refusedUntilNs = nowNs + REFUSED_REST_NS;
    }

    /** Whether its device has refused a frame just now, and is to be left alone a little. */
    boolean isRefused(long nowNs) {
        return nowNs < refusedUntilNs;
    }

    boolean takeAckDue() {
        boolean due = ackDue;
        ackDue = false;
        return due;
    }

    /** The stream has ended for this viewer; what is in flight is still delivered. */
    void closeOrderly(long nowNs) {
        if (closingSinceNs == Long.MAX_VALUE) {
            closingSinceNs = nowNs;
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
        long sent = sender.count(SenderCounter.BYTES_SENT);
        return new SessionInfo(id, text(remote), text(local), source.name(), TransportMode.OFFLOAD, device.name(),
                sender.state().name(), startedAt, sent, sent - Math.min(sent, sender.inFlight()), source.lag(),
                sender.cwndBytes(), sender.srttNs() / 1000, sender.retransmittedSegments(), source.jumps());
    }

    /** What waits, whether or not it could be sent now. */
    long unsentBytes() {
        PrivateSource own = adopted == null ? null : adopted.source();
        return own == null ? source.lag() : own.appended() - own.position();
    }

    static String text(InetSocketAddress address) {
        return NetUtil.toSocketAddressString(address);
    }
}
