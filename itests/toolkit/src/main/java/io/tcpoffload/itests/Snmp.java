// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The kernel's TCP and IP counters of a namespace, from {@code /proc/net/snmp} and {@code /proc/net/netstat}, by the
 * names of {@code nstat}, such as {@code TcpInErrs} and {@code TcpExtPAWSEstab}.
 */
public final class Snmp {

    /** What a sender without fault never makes a receiving kernel count. */
    public static final List<String> ALWAYS_ZERO = List.of("TcpInErrs", "TcpInCsumErrors", "TcpExtPAWSEstab",
            "TcpExtPAWSOldAck", "TcpExtBeyondWindow", "TcpExtTCPChallengeACK", "TcpExtTCPSYNChallenge",
            "TcpExtTCPZeroWindowDrop", "IpInHdrErrors", "IpInTruncatedPkts");

    private final Netns ns;
    private final Map<String, Long> before;

    /** Counts from now on. */
    public Snmp(Netns ns) {
        this.ns = ns;
        this.before = read(ns);
    }

    /** How much the counters have grown, those that have not left out. */
    public Map<String, Long> delta() {
        Map<String, Long> delta = new TreeMap<>();
        read(ns).forEach((name, value) -> {
            long grown = value - before.getOrDefault(name, 0L);
            if (grown != 0) {
                delta.put(name, grown);
            }
        });
        return delta;
    }

    /** Those of {@link #ALWAYS_ZERO} that have grown. */
    public Map<String, Long> faults() {
        Map<String, Long> delta = delta();
        delta.keySet().retainAll(ALWAYS_ZERO);
        return delta;
    }

    /** All counters of a namespace. */
    public static Map<String, Long> read(Netns ns) {
        Map<String, Long> all = new HashMap<>();
        String[] lines = ns.run("cat", "/proc/net/snmp", "/proc/net/netstat").split("\n");
        for (int i = 0; i + 1 < lines.length; i += 2) {
            String[] names = lines[i].split(" ");
            String[] values = lines[i + 1].split(" ");
            String group = names[0].replace(":", "");
            for (int k = 1; k < names.length; k++) {
                all.put(group + names[k], Long.parseLong(values[k]));
            }
        }
        return all;
    }
}
