// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the programs attached to the devices that viewers may come by: those named in the settings, or all that are up
 * and carry IP. Devices may come later and go at any time. One thread.
 */
public final class DeviceWatch {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceWatch.class);

    /**
     * As wanted devices: none, until a connection on one of them is adopted. Attaching stops a device's queues for a moment
     * and loses what is sent just then (clsact, qdisc_graft in net/sched/sch_api.c): an engine that serves no viewers of its
     * own must not do that to devices that nobody asks it to use.
     */
    public static final List<String> NONE = List.of("none");

    private final KernelSide kernel;
    private final List<String> wanted;
    private final Consumer<Device> onLost;
    private final Set<String> refused = new HashSet<>();
    private final Set<Device> lost = new HashSet<>();
    private final Set<String> missed = new HashSet<>();

    /**
     * @param wanted interface names, empty for all, or {@link #NONE}
     * @param onLost told once of each device that is gone
     */
    DeviceWatch(KernelSide kernel, List<String> wanted, Consumer<Device> onLost) {
        this.kernel = kernel;
        this.wanted = wanted;
        this.onLost = onLost;
    }

    /** Attaches to what is new and reports what is gone. */
    void look() {
        for (Device device : kernel.devices()) {
            if (!device.stillThere() && lost.add(device)) {
                if (wanted.equals(NONE)) {
                    LOG.info("Device {} is gone: its sessions are removed", device.name());
                } else {
                    LOG.warn("Device {} is gone: its viewers are removed", device.name());
                }
                onLost.accept(device);
            }
        }
        if (wanted.equals(NONE)) {
            return;
        }
        Set<String> present = present();
        reportMissing(present);
        refused.retainAll(present);
        for (String name : present) {
            boolean attached = kernel.devices().stream().anyMatch(d -> d.name().equals(name) && !lost.contains(d));
            if (!attached && !refused.contains(name)) {
                attach(name);
            }
        }
    }

    private void reportMissing(Set<String> present) {
        missed.removeAll(present);
        for (String name : wanted) {
            if (!present.contains(name) && missed.add(name)) {
                LOG.warn("There is no network device '{}', which the setting devices names: viewers that come another "
                        + "way get the ordinary transport; 'ip link' lists the names", name);
            }
        }
    }

    private void attach(String name) {
        try {
            Device device = kernel.attach(name);
            LOG.info("Attached to device {}, mtu {}", name, device.mtu());
        } catch (KernelException e) {
            refused.add(name);
            if (wanted.contains(name)) {
                LOG.warn("Device {} can't be used, its viewers get the ordinary transport: {}", name, e.getMessage());
            } else {
                LOG.debug("Device {} is left alone: {}", name, e.getMessage());
            }
        }
    }

    private Set<String> present() {
        Set<String> names = new HashSet<>();
        try {
            NetworkInterface.networkInterfaces().forEach(device -> {
                if (isUseful(device)) {
                    names.add(device.getName());
                }
            });
        } catch (SocketException e) {
            LOG.debug("Devices can't be listed: {}", e.getMessage());
        }
        return names;
    }

    private boolean isUseful(NetworkInterface device) {
        try {
            return wanted.isEmpty() ? device.isUp() && device.getInetAddresses().hasMoreElements()
                    : wanted.contains(device.getName());
        } catch (SocketException e) {
            return false;
        }
    }
}
