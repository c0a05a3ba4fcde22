// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a demultiplexer finds wrong with a stream (ISO/IEC 13818-1 sections 2.4.3.3 and 2.4.3.5), and what it was told. */
final class TsReceiver {

    final List<String> faults = new ArrayList<>();
    final List<Integer> discontinuities = new ArrayList<>();
    int nullPackets;
    int discarded;
    private final Map<Integer, Integer> continuity = new HashMap<>();
    private final Set<Integer> newTimeBase = new HashSet<>();
    private long pcr = -1;

    TsReceiver(SegmentStore store) {
        byte[] stream = StoreCheck.bytes(store, store.tail(), (int) (store.head() - store.tail()));
        for (int at = 0; at + TsPacket.SIZE <= stream.length; at += TsPacket.SIZE) {
            take(ByteBuffer.wrap(stream), at);
        }
        if (stream.length % TsPacket.SIZE != 0) {
            faults.add("ends within a packet");
        }
    }

    private void take(ByteBuffer stream, int at) {
        if (!TsPacket.isSync(stream, at)) {
            faults.add("no packet at " + at);
            return;
        }
        int pid = TsPacket.pid(stream, at);
        int control = stream.get(at + 3) >> 4 & 3;
        if (pid == TsPacket.NULL_PID) {
            nullPackets++;
        } else if (control == 0) {
            discarded++;
        } else {
            boolean payload = TsPacket.hasPayload(stream, at);
            int found = TsPacket.continuityCounter(stream, at);
            if (TsPacket.isDiscontinuity(stream, at)) {
                discontinuities.add(pid);
                newTimeBase.add(pid);
            } else if (continuity.containsKey(pid) && (continuity.get(pid) + (payload ? 1 : 0) & 0x0F) != found) {
                faults.add("PID " + pid + " counts " + continuity.get(pid) + ", " + found + " at " + at);
            }
            continuity.put(pid, found);
            takePcr(TsPacket.pcr(stream, at), pid, at);
        }
    }

    private void takePcr(long clock, int pid, int at) {
        if (clock >= 0) {
            boolean expected = newTimeBase.remove(pid) || pcr < 0;
            long step = Math.floorMod(clock - pcr, TsPacket.PCR_WRAP);
            if (!expected && step > 10L * 27_000_000) {
                faults.add("PCR steps by " + step + " at " + at);
            }
            pcr = clock;
        }
    }
}
