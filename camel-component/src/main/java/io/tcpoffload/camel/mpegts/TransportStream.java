// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A channel's stream on its way in: bodies of any length become whole packets, checked and joined as the settings say.
 */
public final class TransportStream {

    /** A multiple of a packet's 188 bytes, of about 1 MiB: what is rewritten at a time. */
    private static final int SCRATCH_BYTES = TsPacket.SIZE * 5577;

    /** Takes whole packets. */
    public interface Sink {

        /**
         * @param packets  to be taken before the call returns
         * @param keyframe whether the body began with these
         */
        void accept(ByteBuffer packets, boolean keyframe) throws IOException;
    }

    private final Validate validate;
    private final PacketAligner aligner = new PacketAligner();
    private final TsCheck check = new TsCheck();
    private final StreamTimes times = new StreamTimes();
    private final SourceJoin join;
    private ByteBuffer scratch;
    private boolean carriedKeyframe;
    /** Where {@link #examine} is; null where a body is checked as it is written. */
    private PacketAligner ahead;
    private long checkedBytes;
    private long faults;
    private String firstFault;

    /** @param restamp whether continuity counters and times are to go on after a switch of source */
    public TransportStream(Validate validate, boolean restamp) {
        this.validate = validate;
        this.join = restamp ? new SourceJoin() : null;
    }

    /** What comes next comes from another source. */
    public void switchSource() {
        check.expectNewSource();
        if (join != null) {
            join.switchSource();
        }
    }

    /**
     * What a piece of media was cut into.
     *
     * @param completed the packet that the piece before began, or null
     * @param goesOn    whether the piece before ends in this one or later
     * @param skipped   bytes that belong to no packet
     */
    private record Cut(ByteBuffer completed, boolean goesOn, List<ByteBuffer> whole, long skipped) {

        static Cut of(ByteBuffer media, PacketAligner aligner) {
            long skippedBefore = aligner.skippedBytes();
            ByteBuffer completed = aligner.completeCarried(media);
            boolean goesOn = completed == null && !aligner.isClean();
            List<ByteBuffer> whole = new ArrayList<>(2);
            while (media.hasRemaining()) {
                ByteBuffer packets = aligner.next(media);
                if (packets.hasRemaining()) {
                    whole.add(packets);
                }
            }
            return new Cut(completed, goesOn, whole, aligner.skippedBytes() - skippedBefore);
        }
    }

    /**
     * Checks a piece of a body that is to be written later, all of its pieces in order. The body is not checked again then.
     *
     * @param media its position is moved to its limit
     */
    public void examine(ByteBuffer media) {
        if (ahead == null) {
            ahead = aligner.copy();
        }
        check(Cut.of(media, ahead));
    }

    /**
     * Ends {@link #examine}.
     *
     * @throws FaultyStreamException if a piece had a fault and validation is strict
     */
    public void endExamination() {
        refuseFaults();
    }

    /**
     * @param media    its position is moved to its limit; it is not written to
     * @param keyframe whether a viewer may start at its first byte
     * @throws FaultyStreamException if it has a fault and validation is strict; nothing has reached the sink then
     */
    public void write(ByteBuffer media, boolean keyframe, Sink sink) throws IOException {
        boolean some = media.hasRemaining();
        Cut cut = Cut.of(media, aligner);
        boolean completedKeyframe = carriedKeyframe;
        carriedKeyframe &= cut.goesOn();
        if (cut.whole().isEmpty() && cut.completed() == null && !aligner.isClean() && some) {
            carriedKeyframe |= keyframe;
        }
        if (ahead == null) {
            check(cut);
            refuseFaults();
        }
        if (cut.completed() != null) {
            emit(cut.completed(), completedKeyframe, sink);
        }
        boolean first = keyframe;
        for (ByteBuffer whole : cut.whole()) {
            emit(whole, first, sink);
            first = false;
        }
    }

    private void check(Cut cut) {
        if (validate == Validate.NONE) {
            return;
        }
        if (cut.completed() != null) {
            checkPackets(cut.completed());
        }
        if (cut.skipped() > 0) {
            check.count(TsFault.SYNC_BYTE, 1);
            found(1, cut.skipped() + " bytes belong to no packet");
            checkedBytes += cut.skipped();
        }
        cut.whole().forEach(this::checkPackets);
    }

    private void checkPackets(ByteBuffer packets) {
        found(check.check(packets, checkedBytes), check.first());
        checkedBytes += packets.remaining();
    }

    private void found(long more, String first) {
        faults += more;
        firstFault = firstFault == null ? first : firstFault;
    }

    private void refuseFaults() {
        long found = faults;
        String first = firstFault;
        faults = 0;
        firstFault = null;
        if (found > 0 && validate == Validate.STRICT) {
            aligner.forget();
            throw new FaultyStreamException("the transport stream is refused (validate=strict): " + found
                    + (found == 1 ? " fault: " : " faults, the first: ") + first);
        }
    }

    private void emit(ByteBuffer packets, boolean keyframe, Sink sink) throws IOException {
        if (join == null) {
            times.see(packets);
            sink.accept(packets, keyframe);
            return;
        }
        if (scratch == null) {
            scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
        }
        boolean first = keyframe;
        for (int at = packets.position(); at < packets.limit(); at += SCRATCH_BYTES) {
            scratch.clear().put(packets.slice(at, Math.min(SCRATCH_BYTES, packets.limit() - at))).flip();
            join.restamp(scratch);
            times.see(scratch);
            sink.accept(scratch, first);
            first = false;
        }
    }

    /**
     * Whether a body may be stored as it is, unread: nothing waits to be completed by it, and nothing has to be written.
     *
     * @param bytes  its length
     * @param first its first byte
     */
    public boolean passesWhole(long bytes, byte first) {
        return join == null && aligner.isClean() && bytes % TsPacket.SIZE == 0 && first == TsPacket.SYNC;
    }

    /** As {@link #write}, for a body that {@link #passesWhole} and is published by its owner. */
    public void inspect(ByteBuffer media) {
        check(new Cut(null, false, List.of(media), 0));
        refuseFaults();
        times.see(media);
    }

    /** What comes next is another body. */
    public void beginBody() {
        ahead = null;
        checkedBytes = 0;
        faults = 0;
        firstFault = null;
        times.begin();
    }

    /** The first presentation time of the body, as viewers see it, in ticks of 90 kHz; -1 if none was seen. */
    public long bodyPts() {
        return times.pts();
    }

    /** How far the body's clock runs, from its first PCR to its last, in milliseconds; -1 if none was seen. */
    public long bodyMillis() {
        return times.millis();
    }

    public Validate validation() {
        return validate;
    }

    /** How often a fault was found. Any thread. */
    public long count(TsFault fault) {
        return check.count(fault);
    }

    /** How often the source was switched, as far as it was noticed. Any thread. */
    public long switches() {
        return join == null ? 0 : join.switches();
    }
}
