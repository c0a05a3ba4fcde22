// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What an engine has outside its process: filters and queueing disciplines on devices, pins, store files. */
public final class Leftovers {

    private Leftovers() {
    }

    /** Everything there is of that engine on this machine, for root's engines; empty when it left nothing. */
    public static List<String> of(String instance) {
        return of(instance, "root");
    }

    /** The same for the engine of another user. */
    public static List<String> of(String instance, String user) {
        List<String> all = new ArrayList<>(filters(instance));
        Stream.of(Path.of("/sys/fs/bpf/tcpoffload", instance), Path.of("/dev/shm/tcpoffload-" + user, instance))
                .filter(Files::exists).map(Path::toString).forEach(all::add);
        return all;
    }

    /** Its filters, which carry the name's hash as their handle. */
    public static List<String> filters(String instance) {
        String handle = "handle 0x" + Integer.toHexString(instance.hashCode() & Integer.MAX_VALUE);
        List<String> found = new ArrayList<>();
        for (String device : devices()) {
            for (String direction : List.of("ingress", "egress")) {
                Command.run("tc", "filter", "show", "dev", device, direction).lines()
                        .filter(line -> line.contains(handle + " "))
                        .forEach(line -> found.add(device + " " + direction + ": " + line));
            }
        }
        return found;
    }

    /** Devices with a clsact that has no filter: of no use to anybody. */
    public static List<String> idleQdiscs() {
        return devices().stream().filter(device -> Command.run("tc", "qdisc", "show", "dev", device).contains("clsact")
                && Command.run("tc", "filter", "show", "dev", device, "ingress").isBlank()
                && Command.run("tc", "filter", "show", "dev", device, "egress").isBlank()).toList();
    }

    private static List<String> devices() {
        return Command.run("ip", "-o", "link", "show").lines().map(line -> line.split(": ")[1].split("@")[0]).toList();
    }
}
