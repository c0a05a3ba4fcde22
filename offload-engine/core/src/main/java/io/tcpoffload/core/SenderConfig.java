// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import java.util.Objects;

/**
 * Settings of a {@link Sender}, validated once; immutable, so all sessions of one kind share one. Durations are in
 * nanoseconds.
 */
public final class SenderConfig {

    /** What Linux makes of a viewer's MSS of 1: {@code net.ipv4.tcp_min_snd_mss} is 48, and timestamps take 12 of it. */
    public static final int MIN_MSS = 36;
    /** The payload that fits behind 20 + 20 header bytes into the largest IPv4 packet. */
    public static final int MAX_MSS = 65_495;
    /** RFC 6928: ten segments, fifteen thousand bytes, is what the Internet's first flight has been since 2013. */
    public static final int DEFAULT_INITIAL_CWND_SEGMENTS = 10;
    /** Linux {@code TCP_RTO_MIN}; RFC 6298 asks for 1 s, but Linux receivers delay an ACK at most 40 to 200 ms. */
    public static final long DEFAULT_MIN_RTO_NS = 200_000_000L;
    /** RFC 6298 2.1: 1 s before the first sample. */
    public static final long DEFAULT_INITIAL_RTO_NS = 1_000_000_000L;
    /** Linux {@code TCP_RTO_MAX}; RFC 6298 2.5 asks for 60 s at least. */
    public static final long DEFAULT_MAX_RTO_NS = 120_000_000_000L;
    /** A live viewer that took nothing for a minute watches no more; RFC 9293 3.8.3 asks 100 s of an ordinary host. */
    public static final long DEFAULT_GIVE_UP_NS = 60_000_000_000L;
    /** A window update that got lost costs a live viewer at most this pause. */
    public static final long DEFAULT_MAX_PERSIST_NS = 15_000_000_000L;
    /** Short against the 2 h of RFC 9293 3.8.4: an abandoned viewer holds a place others may want. */
    public static final long DEFAULT_KEEP_ALIVE_IDLE_NS = 30_000_000_000L;
    /** With {@link #DEFAULT_KEEP_ALIVE_PROBES} a vanished idle viewer is found after 60 s, like a busy one. */
    public static final long DEFAULT_KEEP_ALIVE_INTERVAL_NS = 10_000_000_000L;
    /** Three probes: two may be lost. */
    public static final int DEFAULT_KEEP_ALIVE_PROBES = 3;
    /** Linux {@code TCP_TIMEWAIT_LEN} and {@code tcp_fin_timeout}. */
    public static final long DEFAULT_LINGER_NS = 60_000_000_000L;

    /** The largest payload a post can have (Linux {@code gso_max_size}). */
    public static final int DEFAULT_MAX_BURST_BYTES = 65_535;
    /** Fine enough for a burst, which is about a millisecond's worth; coarse enough for viewers in step to share it. */
    public static final long DEFAULT_PACING_QUANTUM_NS = 1_000_000L;

    private final Builder values;

    private SenderConfig(Builder values) {
        this.values = values;
    }

    /** Starts from the defaults; only the segment size has none. */
    public static Builder forMss(int mss) {
        return new Builder(mss);
    }

    /** Payload bytes of a full segment at the start, options already subtracted. */
    public int mss() {
        return values.mss;
    }

    /** How the congestion window grows and shrinks. */
    public CongestionAlgorithm congestionAlgorithm() {
        return values.congestionAlgorithm;
    }

    /** Congestion window at the start, in segments. */
    public int initialCwndSegments() {
        return values.initialCwndSegments;
    }

    /** Floor of the retransmission timeout. */
    public long minRtoNs() {
        return values.minRtoNs;
    }

    /** Retransmission timeout before the first RTT sample. */
    public long initialRtoNs() {
        return values.initialRtoNs;
    }

    /** Ceiling of the backed-off retransmission timeout. */
    public long maxRtoNs() {
        return values.maxRtoNs;
    }

    /** How long data may stay unacknowledged, or probes unanswered, before the viewer counts as dead. */
    public long giveUpNs() {
        return values.giveUpNs;
    }

    /** Ceiling of the backed-off interval between window probes; there is no end to probing while they are answered. */
    public long maxPersistNs() {
        return values.maxPersistNs;
    }

    /** Silence after which an idle session is probed; 0 switches keep-alive off. */
    public long keepAliveIdleNs() {
        return values.keepAliveIdleNs;
    }

    /** Pause between keep-alive probes. */
    public long keepAliveIntervalNs() {
        return values.keepAliveIntervalNs;
    }

    /** Unanswered keep-alive probes after which the viewer counts as dead. */
    public int keepAliveProbes() {
        return values.keepAliveProbes;
    }

    /** Stay in FIN-WAIT-2 and in TIME-WAIT. */
    public long lingerNs() {
        return values.lingerNs;
    }

    /** {@link #initialCwndSegments()} in bytes, of segments as large as at the start. */
    public long initialCwndBytes() {
        return (long) values.initialCwndSegments * values.mss;
    }

    /** Whether data is held back to leave at a rate and not a window at once. */
    public boolean pacing() {
        return values.pacing;
    }

    /** Ceiling of the pacing rate; {@link Long#MAX_VALUE} for none. */
    public long maxPacingBytesPerSecond() {
        return values.maxPacingBytesPerSecond;
    }

    /** Ceiling of what pacing lets leave back to back; a segment always may. */
    public int maxBurstBytes() {
        return values.maxBurstBytes;
    }

    /** Pitch of the grid on which pacing releases data; 0 for none. */
    public long pacingQuantumNs() {
        return values.pacingQuantumNs;
    }

    /** Whether both ends negotiated ECN (RFC 3168 6.1.1). */
    public boolean ecn() {
        return values.ecn;
    }

    /** Whether it counts and repeats segments, as Linux does, and not bytes. */
    public boolean bySegments() {
        return values.bySegments;
    }

    /** Collects settings; {@link #build()} refuses values out of range, naming key, value and range. */
    public static final class Builder {

        private final int mss;
        private CongestionAlgorithm congestionAlgorithm = CongestionAlgorithm.CUBIC;
        private int initialCwndSegments = DEFAULT_INITIAL_CWND_SEGMENTS;
        private long minRtoNs = DEFAULT_MIN_RTO_NS;
        private long initialRtoNs = DEFAULT_INITIAL_RTO_NS;
        private long maxRtoNs = DEFAULT_MAX_RTO_NS;
        private long giveUpNs = DEFAULT_GIVE_UP_NS;
        private long maxPersistNs = DEFAULT_MAX_PERSIST_NS;
        private long keepAliveIdleNs = DEFAULT_KEEP_ALIVE_IDLE_NS;
        private long keepAliveIntervalNs = DEFAULT_KEEP_ALIVE_INTERVAL_NS;
        private int keepAliveProbes = DEFAULT_KEEP_ALIVE_PROBES;
        private long lingerNs = DEFAULT_LINGER_NS;

        private boolean pacing = true;
        private long maxPacingBytesPerSecond = Long.MAX_VALUE;
        private int maxBurstBytes = DEFAULT_MAX_BURST_BYTES;
        private long pacingQuantumNs = DEFAULT_PACING_QUANTUM_NS;
        private boolean ecn;
        private boolean bySegments;

        private Builder(int mss) {
            this.mss = mss;
        }

        private Builder(Builder other) {
            mss = other.mss;
            congestionAlgorithm = other.congestionAlgorithm;
            initialCwndSegments = other.initialCwndSegments;
            minRtoNs = other.minRtoNs;
            initialRtoNs = other.initialRtoNs;
            maxRtoNs = other.maxRtoNs;
            giveUpNs = other.giveUpNs;
            maxPersistNs = other.maxPersistNs;
            keepAliveIdleNs = other.keepAliveIdleNs;
            keepAliveIntervalNs = other.keepAliveIntervalNs;
            keepAliveProbes = other.keepAliveProbes;
            lingerNs = other.lingerNs;
            pacing = other.pacing;
            maxPacingBytesPerSecond = other.maxPacingBytesPerSecond;
            maxBurstBytes = other.maxBurstBytes;
            pacingQuantumNs = other.pacingQuantumNs;
            ecn = other.ecn;
            bySegments = other.bySegments;
        }

        /** {@link CongestionAlgorithm#CUBIC} unless told otherwise. */
        public Builder congestionAlgorithm(CongestionAlgorithm algorithm) {
            congestionAlgorithm = Objects.requireNonNull(algorithm, "congestionAlgorithm");
            return this;
        }

        /** 1 to 1000. */
        public Builder initialCwndSegments(int segments) {
            initialCwndSegments = segments;
            return this;
        }

        /** 1 ms to the ceiling. */
        public Builder minRtoNs(long ns) {
            minRtoNs = ns;
            return this;
        }

        /** Floor to ceiling. */
        public Builder initialRtoNs(long ns) {
            initialRtoNs = ns;
            return this;
        }

        /** Up to an hour. */
        public Builder maxRtoNs(long ns) {
            maxRtoNs = ns;
            return this;
        }

        /** A second to a day. */
        public Builder giveUpNs(long ns) {
            giveUpNs = ns;
            return this;
        }

        /** The floor of the retransmission timeout to an hour. */
        public Builder maxPersistNs(long ns) {
            maxPersistNs = ns;
            return this;
        }

        /** 0 (off) to a day. */
        public Builder keepAliveIdleNs(long ns) {
            keepAliveIdleNs = ns;
            return this;
        }

        /** 1 ms to a day. */
        public Builder keepAliveIntervalNs(long ns) {
            keepAliveIntervalNs = ns;
            return this;
        }

        /** 1 to 100. */
        public Builder keepAliveProbes(int probes) {
            keepAliveProbes = probes;
            return this;
        }

        /** 0 to a day. */
        public Builder lingerNs(long ns) {
            lingerNs = ns;
            return this;
        }

        /** On unless told otherwise. */
        public Builder pacing(boolean on) {
            pacing = on;
            return this;
        }

        /** 1000 or more. */
        public Builder maxPacingBytesPerSecond(long bytesPerSecond) {
            maxPacingBytesPerSecond = bytesPerSecond;
            return this;
        }

        /** The least segment size to 65,535. */
        public Builder maxBurstBytes(int bytes) {
            maxBurstBytes = bytes;
            return this;
        }

        /** 0 (no grid) to 10 ms. */
        public Builder pacingQuantumNs(long ns) {
            pacingQuantumNs = ns;
            return this;
        }

        /** Off unless told otherwise. */
        public Builder ecn(boolean negotiated) {
            ecn = negotiated;
            return this;
        }

        /** Off unless told otherwise. */
        public Builder bySegments(boolean on) {
            bySegments = on;
            return this;
        }

        /** @throws IllegalArgumentException naming the first setting out of range */
        public SenderConfig build() {
            final long ms = 1_000_000L;
            final long hour = 3_600_000 * ms;
            final long day = 24 * hour;
            check("mss", mss, MIN_MSS, MAX_MSS);
            check("initialCwndSegments", initialCwndSegments, 1, 1000);
            check("maxRtoNs", maxRtoNs, ms, hour);
            check("minRtoNs", minRtoNs, ms, maxRtoNs);
            check("initialRtoNs", initialRtoNs, minRtoNs, maxRtoNs);
            check("giveUpNs", giveUpNs, 1000 * ms, day);
            check("maxPersistNs", maxPersistNs, minRtoNs, hour);
            check("keepAliveIdleNs", keepAliveIdleNs, 0, day);
            check("keepAliveIntervalNs", keepAliveIntervalNs, ms, day);
            check("keepAliveProbes", keepAliveProbes, 1, 100);
            check("lingerNs", lingerNs, 0, day);
            check("maxPacingBytesPerSecond", maxPacingBytesPerSecond, 1000, Long.MAX_VALUE);
            check("maxBurstBytes", maxBurstBytes, MIN_MSS, DEFAULT_MAX_BURST_BYTES);
            check("pacingQuantumNs", pacingQuantumNs, 0, 10 * ms);
            return new SenderConfig(new Builder(this));
        }

        private static void check(String key, long value, long min, long max) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(key + " = " + value + ": must be " + min + " to " + max);
            }
        }
    }
}
