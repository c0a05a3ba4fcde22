// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Whether packets that a device receives have finished checksums. A local sender leaves them to the hardware; behind a
 * virtual device there is none, and so they arrive as they left. From real hardware an unfinished one is a bad one.
 */
final class Checksums {

    private static final Path DEVICES = Path.of("/sys/class/net");

    /** Drivers of virtual hardware, behind which may be a sender on the same host (VIRTIO_NET_F_GUEST_CSUM and the like). */
    private static final Set<String> HOSTS = Set.of("virtio_net", "vmxnet3", "netfront", "vif", "hv_netvsc");

    private Checksums() {
    }

    /** False also when it is not known: then nothing good is refused. */
    static boolean finished(String device) {
        Path driver = DEVICES.resolve(device).resolve("device/driver");
        try {
            return Files.exists(driver) && !HOSTS.contains(driver.toRealPath().getFileName().toString());
        } catch (IOException e) {
            return false;
        }
    }
}
