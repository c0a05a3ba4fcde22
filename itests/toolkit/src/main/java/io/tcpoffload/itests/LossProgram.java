// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.Map;
import java.util.TreeMap;

/**
 * A bad link: drops and duplicates packets of a device in the viewers' namespace by seeded chance. Packets are what
 * the device sees: super-segments unless the sender's end is {@link Veth#withoutServerOffloads()}.
 */
public final class LossProgram implements AutoCloseable {

    private static final double PPM = 1e6;

    /** What happened to the packets of one direction. Dropped does not include those of viewers that were cut off. */
    public record Counters(long packets, long dropped, long duplicated, long cut) {
    }

    private final LineProcess process;
    private final Map<String, String> chances = new TreeMap<>();

    public LossProgram(Netns ns, String device) {
        process = new LineProcess("loss", ns.start(ProcessBuilder.Redirect.DISCARD,
                NativeTool.program("loss").toString(), NativeTool.bpfObject("loss").toString(), device));
        process.read();
    }

    /** Chances, 0 to 1, of packets that come to the viewers. */
    public void towardsViewers(double drop, double duplicate, long seed) {
        set("ingress", drop, duplicate, seed);
    }

    /** Chances, 0 to 1, of packets that viewers send. */
    public void fromViewers(double drop, double duplicate, long seed) {
        set("egress", drop, duplicate, seed);
    }

    /** Drops everything to and from the viewer with that port, until {@link #mend}. */
    public void cut(int port) {
        process.ask("cut " + port);
    }

    /** Drops packets to and from the viewer with that port by chance, 0 to 1, until {@link #mend}. */
    public void spoil(int port, double drop) {
        process.ask("spoil " + port + " " + Math.round(drop * PPM));
    }

    public void mend(int port) {
        process.ask("mend " + port);
    }

    public Counters towardsViewers() {
        return counters(0);
    }

    public Counters fromViewers() {
        return counters(1);
    }

    /** A good link, until {@link #resume}. */
    public void suspend() {
        process.ask("ingress 0 0 0");
        process.ask("egress 0 0 0");
    }

    /** The chances that were set before {@link #suspend}. */
    public void resume() {
        chances.forEach((side, chance) -> process.ask(side + " " + chance));
    }

    /** Packets pass again as they come. */
    @Override
    public void close() {
        suspend();
        process.close();
    }

    private void set(String side, double drop, double duplicate, long seed) {
        chances.put(side, Math.round(drop * PPM) + " " + Math.round(duplicate * PPM) + " " + Long.toUnsignedString(seed));
        process.ask(side + " " + chances.get(side));
    }

    private Counters counters(int line) {
        Fields f = new Fields(process.ask("stats").get(line));
        return new Counters(f.number("packets"), f.number("dropped"), f.number("duplicated"), f.number("cut"));
    }
}
