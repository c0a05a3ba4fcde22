// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what comes by a raw port from one of the server's ports, frame by frame, and when. */
public final class Tally {

    private static final double NS_PER_MS = 1e6;

    private final AtomicLong frames = new AtomicLong();
    private final Map<Integer, List<Long>> arrivals = new ConcurrentHashMap<>();

    /** Counts from now on. */
    public Tally(RawPort port, int... serverPorts) {
        port.listen(frame -> {
            Segment s = frame.sent() ? null : Segment.of(frame, port.hasLinkHeader());
            if (s == null) {
                return;
            }
            for (int serverPort : serverPorts) {
                if (s.sourcePort() == serverPort) {
                    frames.incrementAndGet();
                    arrivals.computeIfAbsent(s.destinationPort(), p -> Collections.synchronizedList(new ArrayList<>())).add(s.ns());
                }
            }
        });
    }

    /** All of them. */
    public long frames() {
        return frames.get();
    }

    /** Time stamps of frames to a port so far. */
    public List<Long> arrivals(int peerPort) {
        return List.copyOf(arrivals.getOrDefault(peerPort, List.of()));
    }

    /** Milliseconds between frames to the same port, within a span of time, in ascending order. */
    public List<Double> gaps(long fromNs, long toNs) {
        List<Double> gaps = new ArrayList<>();
        arrivals.forEach((port, all) -> {
            List<Long> within = List.copyOf(all).stream().filter(ns -> ns >= fromNs && ns < toNs).toList();
            for (int i = 1; i < within.size(); i++) {
                gaps.add((within.get(i) - within.get(i - 1)) / NS_PER_MS);
            }
        });
        gaps.sort(null);
        return gaps;
    }
}
