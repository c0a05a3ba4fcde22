// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

/**
 * A link of any quality between servers and viewers: a program in a namespace of its own that bridges two devices and
 * delays, loses, doubles, damages and reorders packets by seeded chance ({@code relay.c}). It sees packets of wire size
 * with finished checksums, as both ends have their offloads off. Precise to about 0.2 ms where the machine is not busy
 * otherwise, and says how often it was not.
 */
public final class Relay implements AutoCloseable {

    /** What happened to the IP packets of one direction since the start; see {@code relay.c}. */
    public record Counters(long packets, long bytes, long dropped, long overflowed, long duplicated, long corrupted,
            long reordered, long marked, long sent, long failed, long missed, long late, long latestMicros) {

        /** Packets that did not come out whole: a retransmission of each is no fault of the sender. */
        public long lost() {
            return dropped + overflowed + corrupted;
        }
    }

    private final Netns ns;
    private final Veth veth;
    private final LineProcess process;

    private Relay(Netns ns, Veth veth) {
        this.ns = ns;
        this.veth = veth;
        this.process = new LineProcess("relay", ns.start(ProcessBuilder.Redirect.INHERIT,
                NativeTool.program("relay").toString(), veth.relayDeviceOfServers(), veth.relayDeviceOfViewers()));
        process.read();
    }

    /**
     * Connects two namespaces; at first everything passes at once.
     *
     * @param subnet 0 to 255, different for each pair of a namespace
     */
    public static Relay connect(Netns servers, Netns viewers, int subnet) {
        Netns ns = Netns.create("r");
        try {
            Veth veth = Veth.through(ns, servers, viewers, subnet);
            veth.withoutServerOffloads();
            veth.withoutViewerOffloads();
            return new Relay(ns, veth);
        } catch (RuntimeException e) {
            ns.close();
            throw e;
        }
    }

    /** The two ends; to servers and viewers they look like one pair. */
    public Veth veth() {
        return veth;
    }

    /** Sets the MTU of all devices, in bytes. */
    public void mtu(int bytes) {
        ns.run("ip", "link", "set", veth.relayDeviceOfServers(), "mtu", Integer.toString(bytes));
        ns.run("ip", "link", "set", veth.relayDeviceOfViewers(), "mtu", Integer.toString(bytes));
        veth.mtu(bytes);
    }

    /** New chances for all flows from now on; each seed brings the same to the n-th packet of a flow. */
    public void seed(long seed) {
        process.ask("seed " + Long.toUnsignedString(seed));
    }

    /** From now on; packets under way stay as they are. */
    public void towardsViewers(RelayLink link) {
        process.ask("to " + link);
    }

    /** From now on; packets under way stay as they are. */
    public void fromViewers(RelayLink link) {
        process.ask("from " + link);
    }

    /** Both directions; half the round-trip time is added to each. */
    public void roundTrip(RelayLink towardsViewers, RelayLink fromViewers, long rttMicros) {
        towardsViewers(towardsViewers.delayMicros(rttMicros / 2));
        fromViewers(fromViewers.delayMicros(rttMicros / 2));
    }

    public Counters towardsViewers() {
        return counters(0);
    }

    public Counters fromViewers() {
        return counters(1);
    }

    private Counters counters(int line) {
        Fields f = new Fields(process.ask("stats").get(line));
        return new Counters(f.number("packets"), f.number("bytes"), f.number("dropped"), f.number("overflowed"),
                f.number("duplicated"), f.number("corrupted"), f.number("reordered"), f.number("marked"),
                f.number("sent"), f.number("failed"), f.number("missed"), f.number("late"), f.number("latest_us"));
    }

    /** Removes the link, its ends in both namespaces included. */
    @Override
    public void close() {
        process.close();
        ns.close();
    }
}
