// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The session records, mapped: one for each session, shared with the kernel programs ({@link SessionDescriptor}).
 * Accessors take the session's number, allocate nothing and make no native call. Sequence numbers are the raw 32 bits,
 * windows are raw (not scaled) where it says so.
 *
 * <p>{@link #allocate} and {@link #free} may be called on any thread; everything else on the session's owner thread.
 */
public final class SessionTable {

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer records;
    private final Resumption resumption;
    private final int capacity;
    private final FreeList free;

    /** Over a copy of another engine's records: for reading. */
    public static SessionTable copy(byte[] records) {
        return new SessionTable(ByteBuffer.wrap(records), null);
    }

    SessionTable(ByteBuffer records, Resumption resumption) {
        this.records = records.order(ByteOrder.nativeOrder());
        this.resumption = resumption;
        this.capacity = records.capacity() / SessionDescriptor.BYTES;
        this.free = new FreeList(capacity);
    }

    /** A zeroed record in state FREE, its {@link Resumption} slot zeroed, too; -1 when the table is full. */
    public int allocate() {
        int id = free.take();
        if (id >= 0) {
            int base = base(id);
            for (int at = 0; at < SessionDescriptor.BYTES; at += Long.BYTES) {
                records.putLong(base + at, 0);
            }
            resumption.clear(id);
        }
        return id;
    }

    /**
     * Takes the record of a session that a former engine left, as it is. Before anything is allocated: what is not
     * claimed counts as free.
     *
     * @throws IllegalStateException when it is taken already
     */
    public void claim(int id) {
        base(id);
        free.claim(id);
    }

    /** Gives the record back. Remove the flow first: the hook must not find a record that is somebody else's. */
    public void free(int id) {
        state(id, SessionState.FREE);
        free.put(id);
    }

    /** State FREE, whether it was claimed or not. */
    void discard(int id) {
        if (free.isTaken(id)) {
            free(id);
        } else {
            state(id, SessionState.FREE);
        }
    }

    public int capacity() {
        return capacity;
    }

    /** Records in use. */
    public int used() {
        return free.used();
    }

    /** One of {@link SessionState}. */
    public int state(int id) {
        return (int) INT.getAcquire(records, base(id) + SessionDescriptor.STATE);
    }

    /** Ordered after all that was written to the record before. */
    public void state(int id, int state) {
        INT.setRelease(records, base(id) + SessionDescriptor.STATE, state);
    }

    /** TAKING becomes OWNED, and any other state stays: whoever comes second changes nothing. Any thread. */
    public void own(int id) {
        INT.compareAndSet(records, base(id) + SessionDescriptor.STATE, SessionState.TAKING, SessionState.OWNED);
    }

    /**
     * Defines the whole template without an ACK of the viewer, for a connection whose packets the hook has not seen:
     * TTL 64, TOS 0, DF set; {@link #ipFields(int, IpFields)} changes that. Call it before the flow is entered, or in state TAKING; then {@link #complete}.
     *
     * @param path       usable, of the family of the addresses
     * @param timestamps whether they were negotiated; {@link #complete} sets it again
     * @throws IllegalArgumentException when the path is not usable or the addresses are not of one family
     */
    public void define(int id, InetSocketAddress local, InetSocketAddress remote, Path path, boolean timestamps) {
        TemplateDefinition.define(records, base(id), local, remote, path, timestamps);
    }

    /** TTL and TOS, or hop limit and traffic class, of a template that is defined. */
    IpFields ipFields(int id) {
        return TemplateDefinition.ipFields(records, base(id));
    }

    /** Sets them, after {@link #define}, before anything is posted for the session. */
    public void ipFields(int id, IpFields fields) {
        TemplateDefinition.ipFields(records, base(id), fields);
    }

    /**
     * New device and link header for an owned session, without VLAN tags of its own: {@link #headerLength} and {@link
     * #linkLength} may change. Between posts, on the posting thread: the header builder runs inside {@link
     * DmaRing#flush()} only.
     *
     * @throws IllegalArgumentException when the path is not usable
     */
    public void redirect(int id, Path path) {
        TemplateDefinition.redirect(records, base(id), path);
    }

    /** Whether the template already has the device and the link header of this path. */
    public boolean follows(int id, Path path) {
        return TemplateDefinition.follows(records, base(id), path);
    }

    /**
     * Completes the template that the hook defined and initialises both sides from what the socket knew. Call it in
     * state TAKING; afterwards set the state to OWNED.
     *
     * @throws IllegalStateException when the hook has not defined the template yet
     */
    public void complete(int id, TcpState tcp) {
        if (templateNs(id) == 0) {
            throw new IllegalStateException("session " + id + " has no header template yet");
        }
        TemplateCompletion.complete(records, base(id), tcp);
    }

    /** Left edge: everything before it is acknowledged. */
    public int una(int id) {
        return (int) INT.getAcquire(records, base(id) + SessionDescriptor.UNA);
    }

    /** The viewer's window, raw: shift left by {@link #sndWscale(int)}. */
    public int window(int id) {
        return records.getShort(base(id) + SessionDescriptor.WINDOW) & 0xFFFF;
    }

    /** Arrival of the last valid segment, CLOCK_MONOTONIC in nanoseconds; 0 when there was none. */
    public long arrivalNs(int id) {
        return (long) LONG.getAcquire(records, base(id) + SessionDescriptor.ARRIVAL_NS);
    }

    /** When the hook defined the template, CLOCK_MONOTONIC in nanoseconds; 0 until then. */
    public long templateNs(int id) {
        return (long) LONG.getAcquire(records, base(id) + SessionDescriptor.TEMPLATE_NS);
    }

    /**
     * Changes with every segment the hook takes; odd while it writes. Read it before and after several fields to get
     * them from the same acknowledgement.
     */
    public int version(int id) {
        return (int) INT.getAcquire(records, base(id) + SessionDescriptor.VERSION);
    }

    /** Whether all that was read since {@link #version} was {@code seen} is of one acknowledgement. */
    public boolean isWhole(int id, int seen) {
        VarHandle.loadLoadFence();
        return (seen & 1) == 0 && version(id) == seen;
    }

    /** Duplicate acknowledgements so far, modulo 2^32. */
    public int dupAcks(int id) {
        return records.getInt(base(id) + SessionDescriptor.DUP_ACKS);
    }

    /** Valid acknowledgements with ECE so far, modulo 2^32: the network marked our segments (RFC 3168). */
    public int ecnEchoes(int id) {
        return records.getInt(base(id) + SessionDescriptor.ECE_ACKS);
    }

    /** Whether ECN was negotiated: then the viewer's congestion marks are echoed. */
    public boolean ecn(int id) {
        return records.get(base(id) + SessionDescriptor.ECN) != 0;
    }

    /** Whether the viewer's FIN has arrived in order. */
    public boolean finReceived(int id) {
        return (records.get(base(id) + SessionDescriptor.RECEIVE_FLAGS) & SessionDescriptor.RECEIVED_FIN) != 0;
    }

    /**
     * Whether the viewer has reset the connection. Its event tells so, too, but it may have been raised while no engine
     * was there to read.
     */
    public boolean resetReceived(int id) {
        return (records.get(base(id) + SessionDescriptor.RECEIVE_FLAGS) & SessionDescriptor.RECEIVED_RST) != 0;
    }

    /** Whether the acknowledgement that last moved una carried a timestamp: then {@link #tsEcho} is its TSecr. */
    public boolean tsEchoValid(int id) {
        return (records.get(base(id) + SessionDescriptor.RECEIVE_FLAGS) & SessionDescriptor.RECEIVED_TS) != 0;
    }

    public int tsEcho(int id) {
        return records.getInt(base(id) + SessionDescriptor.TS_ECHO);
    }

    /** Last valid TSval of the viewer. */
    public int tsRecent(int id) {
        return records.getInt(base(id) + SessionDescriptor.TS_RECENT);
    }

    /** Only before OWNED, and only when the hook has not seen a timestamp itself. */
    public void tsRecent(int id, int value) {
        records.putInt(base(id) + SessionDescriptor.TS_RECENT, value);
        records.putLong(base(id) + SessionDescriptor.TS_RECENT_NS, System.nanoTime());
    }

    /** SACK blocks of the last acknowledgement, 0 to 4. */
    public int sackCount(int id) {
        return records.get(base(id) + SessionDescriptor.SACK_COUNT);
    }

    public int sackStart(int id, int block) {
        return records.getInt(base(id) + SessionDescriptor.SACK + 8 * block);
    }

    public int sackEnd(int id, int block) {
        return records.getInt(base(id) + SessionDescriptor.SACK + 8 * block + 4);
    }

    /** Sequence number of the segment that set the window, RFC 9293 section 3.10.7.4. */
    public int wl1(int id) {
        return records.getInt(base(id) + SessionDescriptor.WL1);
    }

    public int rcvNxt(int id) {
        return (int) INT.getAcquire(records, base(id) + SessionDescriptor.RCV_NXT);
    }

    /** Only before OWNED. */
    public void rcvNxt(int id, int value) {
        INT.setRelease(records, base(id) + SessionDescriptor.RCV_NXT, value);
    }

    public int nxt(int id) {
        return records.getInt(base(id) + SessionDescriptor.NXT);
    }

    /** Highest sequence number that may be acknowledged. Write it before the post that sends up to it. */
    public void nxt(int id, int value) {
        INT.setRelease(records, base(id) + SessionDescriptor.NXT, value);
    }

    public int sndWscale(int id) {
        return records.get(base(id) + SessionDescriptor.SND_WSCALE);
    }

    public void sndWscale(int id, int value) {
        records.put(base(id) + SessionDescriptor.SND_WSCALE, (byte) value);
    }

    public int rcvWscale(int id) {
        return records.get(base(id) + SessionDescriptor.RCV_WSCALE);
    }

    /** The largest window the viewer has offered, in bytes. */
    public int maxWindow(int id) {
        return records.getInt(base(id) + SessionDescriptor.MAX_WINDOW);
    }

    public void maxWindow(int id, int bytes) {
        records.putInt(base(id) + SessionDescriptor.MAX_WINDOW, bytes);
    }

    /** TSval = CLOCK_MONOTONIC in milliseconds + this. */
    public int tsOffset(int id) {
        return records.getInt(base(id) + SessionDescriptor.TS_OFFSET);
    }

    public void tsOffset(int id, int value) {
        records.putInt(base(id) + SessionDescriptor.TS_OFFSET, value);
    }

    /** Payload bytes of a segment. */
    public int mss(int id) {
        return records.getShort(base(id) + SessionDescriptor.MSS) & 0xFFFF;
    }

    public void mss(int id, int bytes) {
        records.putShort(base(id) + SessionDescriptor.MSS, (short) bytes);
    }

    /** Window field of our segments, raw. */
    public int advertisedWindow(int id) {
        return records.getShort(base(id) + SessionDescriptor.ADVERTISED_WINDOW) & 0xFFFF;
    }

    /**
     * Bytes that the hook takes after rcv_nxt. 0: none; data raises an event and is not acknowledged.
     */
    public void receiveWindow(int id, int bytes) {
        records.putInt(base(id) + SessionDescriptor.RECEIVE_WINDOW, bytes);
    }

    public void advertisedWindow(int id, int raw) {
        records.putShort(base(id) + SessionDescriptor.ADVERTISED_WINDOW, (short) raw);
    }

    /** Link, network and TCP header together, in bytes: what a post's header length must be. */
    public int headerLength(int id) {
        int base = base(id);
        return records.get(base + SessionDescriptor.L2_LEN) + records.get(base + SessionDescriptor.L3_LEN)
                + records.get(base + SessionDescriptor.TCP_LEN);
    }

    /** Whether its state is one of {@link SessionState}, and its headers can be where the state needs them. */
    boolean isPlausible(int id) {
        int link = linkLength(id);
        int base = base(id);
        boolean header = (link == 14 || link == 18 || link == 22)
                && records.get(base + SessionDescriptor.L3_LEN) == (ipv6(id) ? 40 : 20)
                && records.get(base + SessionDescriptor.TCP_LEN) == (timestamps(id) ? 32 : 20)
                && (ipv6(id) || records.get(base + SessionDescriptor.IP_VERSION) == 4);
        return switch (state(id)) {
            case SessionState.FREE, SessionState.LEARN, SessionState.TAKING, SessionState.LINGER -> true;
            case SessionState.OWNED -> header;
            default -> false;
        };
    }

    /** Link header with VLAN tags: 14, 18 or 22 bytes; 0 until the template is defined. */
    public int linkLength(int id) {
        return records.get(base(id) + SessionDescriptor.L2_LEN);
    }

    public boolean ipv6(int id) {
        return records.get(base(id) + SessionDescriptor.IP_VERSION) == 6;
    }

    public boolean timestamps(int id) {
        return records.get(base(id) + SessionDescriptor.TCP_LEN) == 32;
    }

    /** Device that frames leave by: the one that the viewer's ACK came in on, or the path's; 0 until then. */
    public int ifindex(int id) {
        return records.getInt(base(id) + SessionDescriptor.IFINDEX);
    }

    /** A copy of the header bytes, from the link header's first to the TCP header's last. Allocates: for tests. */
    public byte[] template(int id) {
        byte[] header = new byte[headerLength(id)];
        records.get(base(id) + SessionDescriptor.NETWORK_OFFSET - linkLength(id), header);
        return header;
    }

    /**
     * The engine's own longs in the record: they survive the engine.
     *
     * @param index 0 to 15
     */
    public long engineLong(int id, int index) {
        return records.getLong(base(id) + SessionDescriptor.ENGINE + Long.BYTES * index);
    }

    public void engineLong(int id, int index, long value) {
        records.putLong(base(id) + SessionDescriptor.ENGINE + Long.BYTES * index, value);
    }

    /** The record's bytes, for tests. */
    ByteBuffer record(int id) {
        return records.slice(base(id), SessionDescriptor.BYTES).order(ByteOrder.nativeOrder());
    }

    private int base(int id) {
        if (id < 0 || id >= capacity) {
            throw new IndexOutOfBoundsException("session " + id + " of " + capacity);
        }
        return id * SessionDescriptor.BYTES;
    }
}
