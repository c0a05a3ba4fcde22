// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.Source;
import io.tcpoffload.core.Sender;
import io.tcpoffload.kernel.JobList;
import io.tcpoffload.kernel.SessionTable;

/**
 * What the receive hook wrote into a session's record, read as a whole and passed on to the sender and to the source.
 * Belongs to the session loop's thread; the hook writes at the same time.
 */
final class RecordView {

    private final SessionTable table;
    private final int slot;
    private final boolean ecn;
    private final Sender sender;
    private final StreamMap stream;
    private final Source source;
    private final Replies replies;
    private int version;
    private int una;
    private int ecnEchoes;
    private boolean cwrDue;
    private boolean finSeen;

    /**
     * @param ecn     whether the connection has negotiated it and the engine wants it
     * @param replies told when something is to be acknowledged
     */
    RecordView(SessionTable table, int slot, boolean ecn, Sender sender, StreamMap stream, Source source, Replies replies) {
        this.table = table;
        this.slot = slot;
        this.ecn = ecn;
        this.sender = sender;
        this.stream = stream;
        this.source = source;
        this.replies = replies;
        una = sender.una();
        ecnEchoes = table.ecnEchoes(slot);
        finSeen = table.finReceived(slot);
    }

    /** Takes in what the receive hook wrote since the last time. */
    void poll(long nowNs) {
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
            window = windowBytes(table.window(slot));
            echo = table.timestamps(slot) && table.tsEchoValid(slot)
                    ? Timestamps.sentNs(table.tsEcho(slot), table.tsOffset(slot), arrival) : Sender.NO_ECHO;
            echoes = table.ecnEchoes(slot);
            if (table.isWhole(slot, seen)) {
                break;
            }
            seen = table.version(slot);
            Thread.onSpinWait();
        }
        version = seen;
        if (!finSeen && table.finReceived(slot)) {
            finSeen = true;
            replies.acknowledgeSoon();
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
    void readLastAck(int[] blocks, long nowNs) {
        poll(nowNs);
        int seen;
        int acknowledged;
        long arrival;
        long window;
        int count;
        do {
            seen = table.version(slot);
            acknowledged = table.una(slot);
            arrival = table.arrivalNs(slot);
            window = windowBytes(table.window(slot));
            count = Math.min(table.sackCount(slot), blocks.length / 2);
            for (int i = 0; i < count; i++) {
                blocks[2 * i] = table.sackStart(slot, i);
                blocks[2 * i + 1] = table.sackEnd(slot, i);
            }
        } while (!table.isWhole(slot, seen));
        if (count > 0) {
            sender.onSack(acknowledged, window, blocks, count, arrival, nowNs);
        }
        replies.acknowledgeSoon();
    }

    /** RFC 7323 section 2.3. */
    long windowBytes(int raw) {
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
}
