// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

import io.tcpoffload.itests.Await;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The viewer's end of one TCP connection, without any automatism: a script says what it sends, and what must come and
 * when. Sequence numbers of a script count from an origin, {@link #origin}, in both directions. A failure shows the
 * whole conversation.
 *
 * <p>One thread drives a peer. Times are milliseconds.
 */
public final class TcpPeer implements AutoCloseable {

    /** For what comes at once: much more than a loaded machine takes, and less than any retransmission is due in. */
    public static final long SOON = 2000;
    /** What scripts make of the first round trip, so that a sender's tail loss probe is 200 ms away. */
    public static final long ROUND_TRIP = 100;
    /** Of later ones: shorter, so that a loaded machine does not bring the probe before the script's next line. */
    public static final long PAUSE = 50;
    private static final long NS_PER_MS = 1_000_000;

    private final RawHost host;
    private final byte[] local;
    private final int localPort;
    private final byte[] remote;
    private final int remotePort;
    private final SynOptions options;
    private final BlockingQueue<Segment> arrived = new LinkedBlockingQueue<>();
    private final List<String> trace = new ArrayList<>();
    private final Map<Integer, Integer> starts = new HashMap<>();
    private final Map<Integer, Long> firsts = new HashMap<>();
    private final int tsOffset = ThreadLocalRandom.current().nextInt();
    private PeerChecks checks;
    private int[] tags = {};
    private int localOrigin;
    private int remoteOrigin;
    private int sndNxt;
    private int rcvNxt;
    private int window;
    private int tsRecent;
    private boolean timestamps;
    private Segment synAck;
    private long beginNs;
    private long firstRoundTripNs;
    private long lastSentNs;
    private long sentSegments;
    private boolean clockHeld;
    private int heldMs;

    TcpPeer(RawHost host, byte[] local, int localPort, byte[] remote, int remotePort, SynOptions options) {
        this.host = host;
        this.local = local;
        this.localPort = localPort;
        this.remote = remote;
        this.remotePort = remotePort;
        this.options = options;
        window = options.window();
    }

    // -- what it is

    public int localPort() {
        return localPort;
    }

    int remotePort() {
        return remotePort;
    }

    byte[] local() {
        return local;
    }

    byte[] remote() {
        return remote;
    }

    int localOrigin() {
        return localOrigin;
    }

    int remoteOrigin() {
        return remoteOrigin;
    }

    /** The server's SYN-ACK. */
    public Segment synAck() {
        return synAck;
    }

    /** The last timestamp of the server. */
    public int lastTimestamp() {
        return tsRecent;
    }

    /** The sequence number of a byte of the server's. */
    public int sequenceOf(long relative) {
        return remoteOrigin + (int) relative;
    }

    /** What {@link #next} acknowledges. */
    public int expected() {
        return rcvNxt;
    }

    /** Whether both sides said so. */
    public boolean sackPermitted() {
        return options.sack();
    }

    /** The IP packet that carries these bytes of the server's, as an ICMP message would quote it. */
    public byte[] quote(Segment segment) {
        return segment.packet();
    }

    /** All of its frames carry these VLAN tags, from the outermost on. */
    public TcpPeer tagged(int... vlan) {
        tags = vlan;
        return this;
    }

    // -- handshake

    /** Three-way handshake with a random initial sequence number. */
    public TcpPeer connect() {
        return connect(ThreadLocalRandom.current().nextInt());
    }

    /** Three-way handshake; a lost first SYN, as while a neighbour is found, is repeated. */
    public TcpPeer connect(int initialSequence) {
        timestamps = options.timestamps();
        sndNxt = initialSequence;
        long synNs = System.nanoTime();
        for (int i = 0; i < 5 && synAck == null; i++) {
            syn(initialSequence).send();
            synAck = next(SOON);
        }
        if (synAck == null || !synAck.has(Segment.SYN) || !synAck.has(Segment.ACK)
                || synAck.acknowledgement() != initialSequence + 1) {
            throw failure("no SYN-ACK, but " + synAck);
        }
        sndNxt = initialSequence + 1;
        rcvNxt = synAck.sequence() + 1;
        timestamps = options.timestamps() && synAck.hasTimestamps();
        if (timestamps) {
            tsRecent = synAck.timestampValue();
        }
        begin();
        Await.sleep(ROUND_TRIP);
        next().send();
        firstRoundTripNs = System.nanoTime() - synNs;
        return this;
    }

    /** How long the handshake took, in milliseconds. */
    public double firstRoundTrip() {
        return firstRoundTripNs / (double) NS_PER_MS;
    }

    /**
     * Lets the time of a round trip pass, as before an acknowledgement: so that senders go on measuring one.
     */
    public void pause() {
        Await.sleep(PAUSE);
    }

    /** The connection exists without a handshake, made by a repair on the other side. */
    public TcpPeer assume(int sndNxt, int rcvNxt) {
        this.sndNxt = sndNxt;
        this.rcvNxt = rcvNxt;
        timestamps = false;
        begin();
        return this;
    }

    /** A SYN with this peer's options. */
    public Craft syn(int sequence) {
        List<Integer> bytes = new ArrayList<>();
        if (options.mss() > 0) {
            bytes.addAll(List.of(2, 4, options.mss() >> 8, options.mss() & 0xff));
        }
        if (options.sack()) {
            bytes.addAll(List.of(4, 2, 1, 1));
        }
        if (options.scale() >= 0) {
            bytes.addAll(List.of(1, 3, 3, options.scale()));
        }
        int ecn = options.ecn() ? Segment.ECE | Segment.CWR : 0;
        return new Craft(this, sequence, 0, window, options.timestamps(), stamp(), 0, tags).flags(Segment.SYN | ecn)
                .options(bytes.stream().mapToInt(Integer::intValue).toArray());
    }

    private synchronized void begin() {
        checks = new PeerChecks(timestamps, synAck != null && synAck.windowScale() < 0 ? 0 : options.scale(), rcvNxt, sndNxt,
                window);
        if (timestamps) {
            checks.stamp(synAck.timestampEcho());
        }
        origin();
    }

    /** From now on scripts count from here, in both directions. */
    public void origin() {
        localOrigin = sndNxt;
        remoteOrigin = rcvNxt;
    }

    // -- sending

    /** What a sound TCP would send now: an ACK of everything so far. */
    public Craft next() {
        return new Craft(this, sndNxt, rcvNxt, window, timestamps, stamp(), tsRecent, tags);
    }

    /** As {@link #next}, with an acknowledgement of choice. */
    public Craft ack(long relative) {
        return next().ack(relative);
    }

    /** Sends payload and moves on. */
    public void say(byte[] bytes) {
        next().payload(bytes).with(Segment.PSH).send();
        advance(bytes.length);
    }

    /** Sends a FIN and moves on. */
    public void fin() {
        next().with(Segment.FIN).send();
        advance(1);
    }

    /** Closes the connection in one segment: at the number that the server expects, wherever the script is. */
    public void reset() {
        Craft reset = next().flags(Segment.RST | Segment.ACK);
        synchronized (this) {
            if (checks != null) {
                reset.seq(checks.acknowledged() - localOrigin);
            }
        }
        reset.send();
    }

    /** The next segment's sequence number moves. */
    public void advance(int bytes) {
        sndNxt += bytes;
    }

    /** The raw window field of all segments to come. */
    public TcpPeer window(int raw) {
        window = raw;
        return this;
    }

    /** The server is expected to have sent so much: what {@link #next} acknowledges. */
    public void acknowledgeTo(long relative) {
        rcvNxt = remoteOrigin + (int) relative;
    }

    /** An acknowledgement of all that came up to the first gap, which {@link #next} acknowledges from now on, too. */
    public Craft acknowledgeAll() {
        rcvNxt = contiguous();
        return next();
    }

    void send(Craft craft, byte[] packet, int[] vlan) {
        believe(craft);
        host.send(etherType(), packet, vlan);
    }

    void sendSoon(Craft craft, byte[] packet, int[] vlan) {
        believe(craft);
        host.sendSoon(etherType(), packet, vlan);
    }

    private synchronized void believe(Craft craft) {
        sentSegments++;
        if (checks != null) {
            checks.sent(craft);
        }
    }

    /** Sends an ICMP message (ICMPv6 on IPv6) that quotes a packet. */
    public void icmp(int type, int code, int word, byte[] quoted) {
        byte[] icmp = Packets.icmp(local, remote, type, code, word, quoted);
        host.send(etherType(), local.length == 4 ? Packets.ipv4(local, remote, 1, 0, 0, 0, new byte[0], icmp)
                : Packets.ipv6(local, remote, 58, 0, icmp), tags);
    }

    private int etherType() {
        return local.length == 4 ? Packets.IPV4 : Packets.IPV6;
    }

    private int stamp() {
        return tsOffset + (clockHeld ? heldMs : (int) (System.nanoTime() / NS_PER_MS));
    }

    /** From now on its timestamps are what {@link #tick} makes of them, the same in each run of a script. */
    public void holdClock() {
        heldMs = (int) (System.nanoTime() / NS_PER_MS) + 1;
        clockHeld = true;
    }

    /** Moves the clock that is held. */
    public void tick(int ms) {
        heldMs += ms;
    }

    /** How old by this clock the timestamp is that a segment echoes. */
    public int echoAge(Segment s) {
        return stamp() - s.timestampEcho();
    }

    /** What a segment acknowledges, from the origin on. */
    public int acknowledged(Segment s) {
        return s.acknowledgement() - localOrigin;
    }

    // -- expecting

    /** Exactly these bytes of the stream. */
    public Expect data(long from, int length) {
        return new Expect("data " + from + ":" + (from + length),
                s -> s.length() == length && s.sequence() == remoteOrigin + (int) from && !s.has(Segment.SYN | Segment.RST));
    }

    /** No payload, and this acknowledgement. */
    public Expect pureAck(long relative) {
        return new Expect("ACK " + relative, s -> s.length() == 0 && !s.has(Segment.SYN | Segment.RST | Segment.FIN)
                && s.has(Segment.ACK) && s.acknowledgement() == localOrigin + (int) relative);
    }

    /** No payload, with that sequence number. */
    public Expect emptyAt(long relative) {
        return new Expect("no payload at " + relative, s -> s.length() == 0
                && !s.has(Segment.SYN | Segment.RST | Segment.FIN) && s.sequence() == remoteOrigin + (int) relative);
    }

    /** A FIN after so many bytes, with or without the last of them. */
    public Expect finAfter(long bytes) {
        return new Expect("FIN after " + bytes,
                s -> s.has(Segment.FIN) && s.sequence() + s.length() == remoteOrigin + (int) bytes);
    }

    public Expect resetSegment() {
        return new Expect("RST", s -> s.has(Segment.RST));
    }

    /** The next segment, which must be so and come within that time. */
    public Segment expect(Expect what, long withinMs) {
        Segment s = next(withinMs);
        if (s == null) {
            throw failure("not within " + withinMs + " ms: " + what.text());
        }
        if (!what.test().test(s)) {
            throw failure("expected " + what.text() + ", got " + text(s));
        }
        return s;
    }

    /** As {@link #expect(Expect, long)}, at once. */
    public Segment expect(Expect what) {
        return expect(what, SOON);
    }

    /** The next segment that is so, whatever comes before it. */
    public Segment await(Expect what, long withinMs) {
        long end = System.nanoTime() + withinMs * NS_PER_MS;
        for (long left = withinMs; left >= 0; left = (end - System.nanoTime()) / NS_PER_MS) {
            Segment s = next(left);
            if (s != null && what.test().test(s)) {
                return s;
            }
            if (s == null) {
                break;
            }
        }
        throw failure("not within " + withinMs + " ms: " + what.text());
    }

    /** These bytes, in order, without gap or repetition, in segments of the sender's choice; {@link #next} acknowledges them. */
    public List<Segment> expectData(long from, long to) {
        List<Segment> all = new ArrayList<>();
        for (long at = from; at < to;) {
            long next = at;
            Segment s = expect(new Expect("data " + next + ":", t -> t.length() > 0 && t.sequence() == remoteOrigin + (int) next
                    && !t.has(Segment.SYN | Segment.RST)));
            at += s.length();
            all.add(s);
            if (at > to) {
                throw failure("more than the " + to + " bytes: " + text(s));
            }
        }
        rcvNxt = remoteOrigin + (int) to;
        return all;
    }

    /** Takes and acknowledges, at least every other segment, until there are so many bytes without a gap. */
    public void takeTo(long relative, long withinMs) {
        long end = System.nanoTime() + withinMs * NS_PER_MS;
        while (contiguous() - (remoteOrigin + (int) relative) < 0) {
            Segment s = next(Math.max(0, (end - System.nanoTime()) / NS_PER_MS));
            if (s == null) {
                throw failure("not within " + withinMs + " ms: " + relative + " bytes");
            }
            if (s.has(Segment.RST)) {
                throw failure("reset before " + relative + " bytes");
            }
            rcvNxt = contiguous();
            if (s.length() > 0) {
                next().send();
            }
        }
        rcvNxt = contiguous();
    }

    /** Nothing comes for so long. */
    public void quiet(long ms) {
        Segment s = next(ms);
        if (s != null) {
            throw failure("expected silence, got " + text(s));
        }
    }

    /** Everything that has come and was not looked at is forgotten, and what comes until it is quiet for so long. */
    public List<Segment> drain(long quietMs) {
        List<Segment> all = new ArrayList<>();
        for (Segment s = next(quietMs); s != null; s = next(quietMs)) {
            all.add(s);
        }
        return all;
    }

    /**
     * The next segment, or null after that time. A repetition that was on its way before this peer's last segment left is
     * nobody's fault - on a loaded machine a probe can come before the script's next line - and left out.
     */
    public Segment next(long withinMs) {
        long end = System.nanoTime() + withinMs * NS_PER_MS;
        try {
            while (true) {
                Segment s = arrived.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (s == null || !crossed(s)) {
                    return s;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private synchronized boolean crossed(Segment s) {
        return s.length() > 0 && s.ns() < lastSentNs && times(s.sequence() - remoteOrigin) > 1
                && firsts.get(s.sequence()) != s.ns();
    }

    /** The next segment, whatever it is, or null after that time. */
    public Segment arrival(long withinMs) {
        try {
            return arrived.poll(withinMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Segments that it has sent. */
    public synchronized long sentSegments() {
        return sentSegments;
    }

    /** Milliseconds from one segment to a later one. */
    public static double msBetween(Segment one, Segment later) {
        return (later.ns() - one.ns()) / (double) NS_PER_MS;
    }

    // -- what came

    /** How often a segment came that starts there. */
    public synchronized long times(long relative) {
        return starts.getOrDefault(sequenceOf(relative), 0);
    }

    /** Segments with payload that start where another one did before. */
    public synchronized int repeated() {
        return starts.values().stream().mapToInt(n -> n - 1).sum();
    }

    /** The server's bytes from the origin on, up to the first gap. */
    public synchronized byte[] stream() {
        return checks.received().from(remoteOrigin - firstByte());
    }

    /** What a sound TCP would not have done, whatever the script. */
    public synchronized List<String> complaints() {
        return checks == null ? List.of() : checks.complaints();
    }

    /** A change of hands between kernel sockets may set another clock for timestamps. */
    public synchronized void stampsMayJump() {
        checks.stampsMayJump();
    }

    /** The conversation so far, a line a segment, with milliseconds. */
    public synchronized String conversation() {
        return String.join("\n", trace);
    }

    public AssertionError failure(String what) {
        return new AssertionError(what + "\n" + conversation() + (complaints().isEmpty() ? "" : "\n" + complaints()));
    }

    private synchronized int contiguous() {
        return firstByte() + checks.received().length();
    }

    private int firstByte() {
        return checks.firstByte();
    }

    /** On the port's thread. */
    synchronized void passed(Segment s) {
        if (beginNs == 0) {
            beginNs = s.ns();
        }
        String text = text(s);
        trace.add(String.format("%9.1f %s %s", (s.ns() - beginNs) / (double) NS_PER_MS, s.sent() ? ">" : "<", text));
        if (s.sent()) {
            lastSentNs = s.ns();
            return;
        }
        if (s.length() > 0) {
            starts.merge(s.sequence(), 1, Integer::sum);
            firsts.putIfAbsent(s.sequence(), s.ns());
        }
        if (s.hasTimestamps() && timestamps) {
            tsRecent = s.timestampValue();
        }
        if (checks != null) {
            checks.arrived(s, text);
        }
        arrived.add(s);
    }

    private String text(Segment s) {
        return s.sent() ? s.text(localOrigin, remoteOrigin) : s.text(remoteOrigin, localOrigin);
    }

    /** Forgets the connection, without a word. */
    @Override
    public void close() {
        host.forget(this, remote, remotePort, localPort);
    }
}
