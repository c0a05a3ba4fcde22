// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.Map;
import java.util.TreeMap;

/** What a {@link Relay} does to the packets of one direction. Immutable; chances are 0 to 1. */
public final class RelayLink {

    /** Everything passes at once. */
    public static final RelayLink CLEAN = new RelayLink(Map.of("delay", 0L, "jitter", 0L, "drop", 0L, "duplicate", 0L,
            "corrupt", 0L, "reorder", 0L, "hold", 0L, "rate", 0L, "buffer", 0L, "mark", 0L));

    private static final double PPM = 1e6;

    private final Map<String, Long> settings;

    private RelayLink(Map<String, Long> settings) {
        this.settings = settings;
    }

    public RelayLink delayMicros(long micros) {
        return with("delay", micros);
    }

    /** Each packet takes up to so much longer; their order is kept. */
    public RelayLink jitterMicros(long micros) {
        return with("jitter", micros);
    }

    public RelayLink drop(double chance) {
        return with("drop", Math.round(chance * PPM));
    }

    public RelayLink duplicate(double chance) {
        return with("duplicate", Math.round(chance * PPM));
    }

    /** One bit behind the Ethernet header is flipped. */
    public RelayLink corrupt(double chance) {
        return with("corrupt", Math.round(chance * PPM));
    }

    /** Packets are held back by up to so much, and overtaken meanwhile. */
    public RelayLink reorder(double chance, long upToMicros) {
        return with("reorder", Math.round(chance * PPM)).with("hold", upToMicros);
    }

    /**
     * A slower line with a queue in front of it, from which nothing is taken but its head (drop-tail).
     *
     * @param kilobits    a second, of whole frames; 0 for no bottleneck
     * @param bufferBytes what may wait; a frame that finds less room is lost
     */
    public RelayLink bottleneck(long kilobits, long bufferBytes) {
        return with("rate", kilobits).with("buffer", bufferBytes);
    }

    /** ECN-capable packets that find more than so many bytes in the bottleneck's queue are marked; 0 for never. */
    public RelayLink markAbove(long bytes) {
        return with("mark", bytes);
    }

    private RelayLink with(String name, long value) {
        Map<String, Long> copy = new TreeMap<>(settings);
        copy.put(name, value);
        return new RelayLink(copy);
    }

    /** As the relay's commands have it, {@code delay=10000 drop=0 ...}. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        new TreeMap<>(settings).forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
        return text.substring(1);
    }
}
