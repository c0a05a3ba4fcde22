// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.kernel.NetworkListener;
import io.tcpoffload.kernel.NetworkMonitor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that hears of changes in the network, keeps devices attached and tells the loop whose paths may be others.
 * What comes in one go is dealt with in one go.
 */
final class NetworkWatch implements NetworkListener, AutoCloseable {

    /** Means: sessions of all devices. */
    static final int ALL = 0;

    private static final Logger LOG = LoggerFactory.getLogger(NetworkWatch.class);

    /** Devices are also looked at without being told, so that nothing stays wrong for long. */
    static final long LONGEST_WAIT_MS = 1000;
    private static final long STOP_MS = 5000;
    private static final int NONE = -1;

    private final NetworkMonitor monitor;
    private final DeviceWatch devices;
    private final IntConsumer onPaths;
    private final Thread thread;
    private boolean devicesDue = true;
    private int pathsDue = NONE;
    private volatile boolean stopped;

    /**
     * @param monitor open; closed by this
     * @param onPaths told the interface number whose sessions may have other paths, or {@link #ALL}; on this thread
     */
    NetworkWatch(NetworkMonitor monitor, DeviceWatch devices, IntConsumer onPaths) {
        this.monitor = monitor;
        this.devices = devices;
        this.onPaths = onPaths;
        thread = new Thread(this::run, "tcpoffload-devices");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        long lookedNs = System.nanoTime();
        while (!stopped) {
            try {
                monitor.await(this);
                long now = System.nanoTime();
                if (devicesDue || now - lookedNs >= TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MS)) {
                    lookedNs = now;
                    devicesDue = false;
                    devices.look();
                }
                if (pathsDue != NONE && !stopped) {
                    int ifindex = pathsDue;
                    pathsDue = NONE;
                    onPaths.accept(ifindex);
                }
            } catch (RuntimeException e) {
                LOG.error("Looking at the network's devices failed, and goes on", e);
            }
        }
        monitor.close();
    }

    @Override
    public void onLink(int ifindex, boolean there, boolean up, int mtu) {
        devicesDue = true;
        pathsDue = ALL;
    }

    @Override
    public void onAddress(int ifindex) {
        devicesDue = true;
    }

    @Override
    public void onNeighbour(int ifindex) {
        pathsDue = pathsDue == NONE || pathsDue == ifindex ? ifindex : ALL;
    }

    @Override
    public void onRoute() {
        pathsDue = ALL;
    }

    @Override
    public void onOverrun() {
        devicesDue = true;
        pathsDue = ALL;
    }

    @Override
    public void close() {
        stopped = true;
        monitor.wake();
        try {
            thread.join(STOP_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
