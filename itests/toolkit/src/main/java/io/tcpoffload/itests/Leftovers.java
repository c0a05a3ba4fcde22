// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What an engine has outside its process: filters and queueing disciplines on devices, pins, store files. */
public final class Leftovers {

    private static final Path PINS = Path.of("/sys/fs/bpf/tcpoffload");

    private Leftovers() {
    }

    /** Everything there is of that engine on this machine, for root's engines; empty when it left nothing. */
    public static List<String> of(String instance) {
        return of(instance, "root");
    }

    /** The same for the engine of another user. */
    public static List<String> of(String instance, String user) {
        List<String> all = new ArrayList<>(filters(instance));
        Stream.of(PINS.resolve(instance), Path.of("/dev/shm/tcpoffload-" + user, instance))
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

    /**
     * What any engine did to a device that has no filter any more: a clsact qdisc, and the notes of what is to be
     * undone there. An engine that is just starting or stopping shows here, too: wait for the list to become empty.
     */
    public static List<String> onIdleDevices() {
        List<String> found = new ArrayList<>();
        for (String device : devices()) {
            if (Command.run("tc", "filter", "show", "dev", device, "ingress").isBlank()
                    && Command.run("tc", "filter", "show", "dev", device, "egress").isBlank()) {
                Command.run("tc", "qdisc", "show", "dev", device).lines().filter(line -> line.contains("clsact"))
                        .forEach(line -> found.add(device + ": " + line));
                found.addAll(notes(device));
            }
        }
        return found;
    }

    /** Directories beside the pins, {@code what+namespace+ifindex}. */
    private static List<String> notes(String device) {
        try {
            String ending = "+" + Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString().replaceAll("\\D", "")
                    + "+" + Files.readString(Path.of("/sys/class/net", device, "ifindex")).strip();
            String[] all = PINS.toFile().list((directory, name) -> name.endsWith(ending));
            return all == null ? List.of() : List.of(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> devices() {
        try (Stream<Path> devices = Files.list(Path.of("/sys/class/net"))) {
            return devices.filter(Files::isDirectory).map(device -> device.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
