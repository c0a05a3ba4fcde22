// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.DmaRing;
import io.tcpoffload.kernel.JobList;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.SessionTable;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Makes posts: a payload copied once into a ring's slot, a job a target, one system call. The kernel has run the
 * header builder over all targets when that call returns, so the result of each is known at once.
 */
final class Poster {

    private final KernelSide kernel;
    private final SessionTable table;
    private final JobList jobs;
    private final OffloadCounters counters;
    private final Map<Device, LongAdder> frames = new ConcurrentHashMap<>();
    private int nextJob;

    Poster(KernelSide kernel, OffloadCounters counters) {
        this.kernel = kernel;
        this.table = kernel.sessions();
        this.jobs = kernel.jobs();
        this.counters = counters;
    }

    /**
     * Posts new data to all viewers of a bucket, at most {@link DmaRing#MAX_TARGETS}, and moves on those whose device
     * took it.
     *
     * @return how many it took
     */
    int post(Bucket bucket) {
        int count = bucket.count();
        if (count == 0) {
            return 0;
        }
        DmaRing ring = kernel.ring();
        ViewerSession shape = bucket.viewer(0);
        if (!copy(ring, shape, bucket.position(), bucket.memoryOffset(), bucket.length())) {
            return 0;
        }
        int job = reserve(count);
        int bytes = bucket.length();
        // of this post and not of the turn, which may have made hundreds before: it is what round trips are measured by
        long sentNs = System.nanoTime();
        long end = bucket.position() + bytes;
        boolean fin = shape.source().endsAt(end);
        int flags = flags(shape, end, bytes) | (fin ? JobList.FIN : 0);
        for (int i = 0; i < count; i++) {
            ViewerSession viewer = bucket.viewer(i);
            int nxt = viewer.sender().nxt();
            jobs.set(job + i, viewer.slot(), nxt, flags | viewer.record().dataFlags());
            table.nxt(viewer.slot(), nxt + bytes + (fin ? 1 : 0));
        }
        send(ring, shape, bytes, job, count);
        int sent = 0;
        for (int i = 0; i < count; i++) {
            ViewerSession viewer = bucket.viewer(i);
            if (taken(job + i, viewer)) {
                viewer.sent(bytes, sentNs);
                viewer.record().onDataLeft();
                if (fin) {
                    viewer.closeOrderly(sentNs);
                    viewer.sender().onFinSentOnData(sentNs);
                }
                sent++;
            } else {
                table.nxt(viewer.slot(), viewer.sender().nxt());
                viewer.path().refused(sentNs);
                viewer.replies().acknowledgeSoon(); /* which it may have been to carry */
            }
        }
        count(bucket.device(), sent);
        return sent;
    }

    /**
     * Posts bytes of the store again, to one viewer.
     *
     * @param fin whether the FIN goes behind them
     * @return false if they could not be sent now
     */
    boolean repeat(ViewerSession viewer, int seq, int memoryOffset, int length, long position, boolean fin) {
        DmaRing ring = kernel.ring();
        int flags = flags(viewer, position + length, length) | (fin ? JobList.FIN : 0);
        return copy(ring, viewer, position, memoryOffset, length) && sendOne(ring, viewer, seq, flags, length);
    }

    /** Linux pushes all that it lets the device cut (__tcp_transmit_skb), so that receivers do not wait to merge more. */
    private static int flags(ViewerSession viewer, long end, int length) {
        boolean push = viewer.pushes(end) || viewer.isPrivate() && length > viewer.path().mss();
        return push ? JobList.ACK | JobList.PSH : JobList.ACK;
    }

    /**
     * Posts a segment without data, to one viewer.
     *
     * @return false if it could not be sent now
     */
    boolean control(ViewerSession viewer, int seq, int flags) {
        DmaRing ring = kernel.ring();
        if (!claim(ring, viewer.path().headerLength())) {
            return false;
        }
        counters.add(OffloadCounter.CONTROL_SEGMENTS, 1);
        return sendOne(ring, viewer, seq, flags, 0);
    }

    /** Resets the viewer of a record that has no session any more. */
    void reset(int slot, int seq) {
        DmaRing ring = kernel.ring();
        if (!claim(ring, table.headerLength(slot))) {
            return;
        }
        int job = reserve(1);
        jobs.set(job, slot, seq, JobList.ACK | JobList.RST);
        send(ring, 0, 0, table.linkLength(slot), table.ipv6(slot), job, 1);
        counters.add(OffloadCounter.CONTROL_SEGMENTS, 1);
    }

    private boolean sendOne(DmaRing ring, ViewerSession viewer, int seq, int flags, int length) {
        int job = reserve(1);
        jobs.set(job, viewer.slot(), seq, flags);
        send(ring, viewer, length, job, 1);
        if (!taken(job, viewer)) {
            viewer.path().refused(System.nanoTime());
            return false;
        }
        count(viewer.path().device(), 1);
        return true;
    }

    private void count(Device device, int sent) {
        frames.computeIfAbsent(device, d -> new LongAdder()).add(sent);
    }

    /** Frames a device took. Any thread. */
    long frames(Device device) {
        LongAdder sum = frames.get(device);
        return sum == null ? 0 : sum.sum();
    }

    /** Fills a slot from the store; false if there is none, or if the store was overwritten meanwhile. */
    private boolean copy(DmaRing ring, ViewerSession shape, long position, int memoryOffset, int length) {
        if (!claim(ring, shape.path().headerLength())) {
            return false;
        }
        ByteBuffer payload = ring.payload();
        if (shape.source().copy(position, memoryOffset, length, payload, payload.position())) {
            return true;
        }
        counters.add(OffloadCounter.OVERWRITTEN, 1);
        return false;
    }

    private boolean claim(DmaRing ring, int headerLength) {
        if (ring.claim(headerLength)) {
            return true;
        }
        ring.flush();
        if (ring.claim(headerLength)) {
            return true;
        }
        counters.add(OffloadCounter.RING_FULL, 1);
        return false;
    }

    private void send(DmaRing ring, ViewerSession shape, int length, int job, int count) {
        int mss = shape.path().mss();
        send(ring, length, length > mss ? mss : 0, shape.path().networkOffset(), shape.ipv6(), job, count);
    }

    private void send(DmaRing ring, int length, int segment, int networkOffset, boolean ipv6, int job, int count) {
        ring.commit(length, segment, networkOffset, ipv6, job, count);
        ring.flush();
        counters.add(OffloadCounter.POSTS, 1);
        counters.add(OffloadCounter.TARGETS, count);
    }

    /** Jobs of a post lie side by side. The list is far longer than what is under way, so it is used round and round. */
    private int reserve(int count) {
        if (nextJob + count > jobs.capacity()) {
            nextJob = 0;
        }
        int first = nextJob;
        nextJob += count;
        return first;
    }

    /** A target the kernel has not come to is in a slot that goes out with a later call: it counts as sent. */
    private boolean taken(int job, ViewerSession viewer) {
        int result = jobs.result(job);
        if (result == JobList.SENT || result == JobList.PENDING) {
            return true;
        }
        if (result == JobList.NOT_OWNED) {
            viewer.disown();
        }
        counters.add(OffloadCounter.TARGETS_REFUSED, 1);
        return false;
    }
}
