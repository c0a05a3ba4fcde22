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
import io.tcpoffload.kernel.HandBack;
import io.tcpoffload.kernel.JobList;
import io.tcpoffload.kernel.SessionTable;
import io.tcpoffload.kernel.TcpState;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A viewer whose connection the engine owns. All of it belongs to the session loop's thread. */
final class ViewerSession {

    /** RFC 7323 appendix A. */
    private static final int TIMESTAMP_BYTES = 12;

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
    private final SegmentLimit limit;
    private final boolean ecn;
    private final boolean ipv6;
    private final Source source;
    private final Sender sender;
    private final TcpState taken;
    private final StreamMap stream = new StreamMap();
    private final SmallSegments small;
    private final Adopted adopted;
    private final long startedAt = System.currentTimeMillis();
    private Device device;
    private int headerLength;
    private int networkOffset;
    private int mss;
    private long jumpsFollowed = -1;
    private int una;
    private int version;
    private int ecnEchoes;
    private boolean cwrDue;
    private int unreachable;
    private boolean pathAsked;
    private long pathAgainNs = Long.MIN_VALUE;
    private boolean finSeen;
    private boolean ackDue;
    private long lastReplyNs;
    private long refusedUntilNs = Long.MIN_VALUE;
    private long closingSinceNs = Long.MAX_VALUE;
    private long drainingSinceNs = Long.MAX_VALUE;

    /**
     * A session whose record is complete.
     *
     * @param taken what the socket knew
     */
    ViewerSession(long id, int slot, InetSocketAddress local, InetSocketAddress remote, Device device,
            SessionTable table, Source source, Sender sender, TcpState taken, SenderSettings settings) {
        this(id, slot, local, remote, device, table, source, sender, taken, settings, null);
    }

    /** @param adopted null for a viewer of a listener's */
    ViewerSession(long id, int slot, InetSocketAddress local, InetSocketAddress remote, Device device,
            SessionTable table, Source source, Sender sender, TcpState taken, SenderSettings settings, Adopted adopted) {
        this.id = id;
        this.slot = slot;
        this.local = local;
        this.remote = remote;
        this.device = device;
        this.headerLength = table.headerLength(slot);
        this.networkOffset = table.linkLength(slot);
        this.ipv6 = table.ipv6(slot);
        this.mss = table.mss(slot);
        this.limit = new SegmentLimit(headerLength - networkOffset,
                taken.mssClamp() - (taken.timestamps() ? TIMESTAMP_BYTES : 0), mss, System.nanoTime());
        this.ecn = taken.ecn() && settings.ecn();
        this.ecnEchoes = table.ecnEchoes(slot);
        this.source = source;
        this.sender = sender;
        this.taken = taken;
        this.una = sender.una();
        this.adopted = adopted;
        this.small = new SmallSegments(adopted != null && adopted.state().nagle(), sender.nxt());
        if (adopted != null && sender.inFlight() > 0) {
            stream.jump(sender.una(), adopted.firstPosition());
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
    ByteBuffer unread(HandBack.Input input) {
        return adopted == null || receivedSince(input) != 0 ? NOTHING : ByteBuffer.wrap(adopted.state().unread());
    }

    /** Bytes that were acknowledged to the peer and that {@link #unread} does not have. */
    long unreadable(HandBack.Input input) {
        long since = receivedSince(input);
        return since == 0 ? 0 : since + adopted.state().unread().length;
    }

    private long receivedSince(HandBack.Input input) {
        TcpState then = adopted.state().tcp();
        int before = then.state() == TcpState.CLOSE_WAIT ? then.rcvNxt() - 1 : then.rcvNxt();
        return Integer.toUnsignedLong(input.nxt() - before);
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
        if (isPrivate()) {
            small.onSent(bytes, mss, sender.nxt());
        }
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
        long echo;
        int echoes;
        while (true) {
            arrival = table.arrivalNs(slot);
            acknowledged = table.una(slot);
            window = windowBytes(table, table.window(slot));
            echo = table.timestamps(slot) && table.tsEchoValid(slot)
                    ? Timestamps.sentNs(table.tsEcho(slot), table.tsOffset(slot), arrival) : Sender.NO_ECHO;
            echoes = table.ecnEchoes(slot);
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
        if (echoes != ecnEchoes) {
            ecnEchoes = echoes;
            sender.onEce(nowNs); // first, as in Linux: what is acknowledged with it must not open the window before
            cwrDue |= sender.takeCwrDue();
        }
        sender.onAck(acknowledged, window, echo, arrival, nowNs);
        if (acknowledged != una) {
            una = acknowledged;
            stream.acknowledged(una);
            source.acknowledged(stream.positionOf(una));
        }
    }

    /**
     * Takes in the SACK blocks of the last acknowledgement from the record, whose event may have been lost, and answers
     * whatever else may have come.
     *
     * @param blocks reused
     */
    void readLastAck(SessionTable table, int[] blocks, long nowNs) {
        poll(table, nowNs);
        int seen;
        int acknowledged;
        long arrival;
        long window;
        int count;
        do {
            seen = table.version(slot);
            acknowledged = table.una(slot);
            arrival = table.arrivalNs(slot);
            window = windowBytes(table, table.window(slot));
            count = Math.min(table.sackCount(slot), blocks.length / 2);
            for (int i = 0; i < count; i++) {
                blocks[2 * i] = table.sackStart(slot, i);
                blocks[2 * i + 1] = table.sackEnd(slot, i);
            }
            VarHandle.loadLoadFence();
        } while ((seen & 1) != 0 || seen != table.version(slot));
        if (count > 0) {
            sender.onSack(acknowledged, window, blocks, count, arrival, nowNs);
        }
        ackDue = true;
    }

    /** RFC 7323 section 2.3. */
    long windowBytes(SessionTable table, int raw) {
        return (long) raw << table.sndWscale(slot);
    }

    /** Flags of a job that sends new data, beside those of every segment. */
    int dataFlags() {
        if (!ecn) {
            return 0;
        }
        return cwrDue ? JobList.ECT | JobList.CWR : JobList.ECT;
    }

    /** New data left, with {@link #dataFlags}. */
    void onDataLeft() {
        cwrDue = false;
    }

    /** A router lets through packets of so many bytes and no larger; it was checked that it saw one of ours. */
    void onPathMtu(SessionTable table, int mtu, long nowNs) {
        limit.onPathMtu(mtu, nowNs);
        resize(table, nowNs);
    }

    /** Frames leave by this device from now on: the record says so, and its header may be longer or shorter. */
    void onRedirected(SessionTable table, Device newDevice) {
        device = newDevice;
        headerLength = table.headerLength(slot);
        networkOffset = table.linkLength(slot);
    }

    /** What device and route take now, in bytes of an IP packet. */
    void onDeviceMtu(SessionTable table, int mtu, long nowNs) {
        limit.onDeviceMtu(mtu);
        resize(table, nowNs);
    }

    private void resize(SessionTable table, long nowNs) {
        int now = limit.mss();
        if (now != mss) {
            mss = now;
            table.mss(slot, now);
            sender.onPathMtu(now, nowNs);
        }
    }

    /** Whether the device is to be asked anew, because what a router said of the path may hold no longer; true once. */
    boolean isPathMtuOld(long nowNs) {
        return limit.expire(nowNs);
    }

    /** Notes whether this session's path is to be looked up; returns what was noted before. Belongs to {@link Paths}. */
    boolean pathAsked(boolean asked) {
        boolean before = pathAsked;
        pathAsked = asked;
        return before;
    }

    /** When looking up the path makes sense again. */
    long pathAgainNs() {
        return pathAgainNs;
    }

    void pathAgainAt(long ns) {
        pathAgainNs = ns;
    }

    /** Soft: a segment did not arrive, says an ICMP message. @param typeAndCode type << 8 | code */
    void onUnreachable(int typeAndCode) {
        unreachable = typeAndCode;
    }

    /** Type << 8 | code of the last ICMP message that said a segment did not arrive; 0 for none. */
    int unreachable() {
        return unreachable;
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
