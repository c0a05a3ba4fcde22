// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Root.class)
class NetworkMonitorTest implements NetworkListener {

    private static final long LONGEST_WAIT_MS = 500;
    private static final int TURNS = 20;

    private final List<String> heard = new ArrayList<>();
    private VethPair pair;
    private NetworkMonitor monitor;
    private int ifindex;

    @BeforeEach
    void open() throws Exception {
        pair = new VethPair(true);
        ifindex = Libc.if_nametoindex(VethPair.DEVICE);
        monitor = NetworkMonitor.open(LONGEST_WAIT_MS);
    }

    @AfterEach
    void close() throws Exception {
        monitor.close();
        pair.close();
    }

    private void await(String what) {
        for (int i = 0; i < TURNS && !heard.contains(what); i++) {
            monitor.await(this);
        }
        assertTrue(heard.contains(what), () -> what + " is not among " + heard);
    }

    @Test
    void tellsOfMtuAndOfALinkThatGoesDownAndUp() throws Exception {
        VethPair.run("ip", "link", "set", VethPair.DEVICE, "mtu", "1300");
        await("link " + ifindex + " there up 1300");
        VethPair.run("ip", "link", "set", VethPair.DEVICE, "down");
        await("link " + ifindex + " there down 1300");
        heard.clear();
        VethPair.run("ip", "link", "set", VethPair.DEVICE, "up");
        await("link " + ifindex + " there up 1300");
    }

    @Test
    void tellsOfRoutesAndAddresses() throws Exception {
        VethPair.run("ip", "route", "add", "10.213.99.0/24", "via", VethPair.VIEWER);
        await("route");
        VethPair.run("ip", "addr", "add", "10.213.8.1/24", "dev", VethPair.DEVICE);
        await("address " + ifindex);
    }

    @Test
    void tellsOfANeighbourOnlyWhenItsAddressIsAnother() throws Exception {
        VethPair.run("ip", "neigh", "replace", VethPair.VIEWER, "lladdr", "02:00:00:00:00:01", "dev", VethPair.DEVICE);
        await("neighbour " + ifindex);
        heard.clear();
        VethPair.run("ip", "neigh", "change", VethPair.VIEWER, "lladdr", "02:00:00:00:00:01", "dev", VethPair.DEVICE,
                "nud", "stale");
        monitor.await(this);
        assertEquals(List.of(), heard);
        VethPair.run("ip", "neigh", "change", VethPair.VIEWER, "lladdr", "02:00:00:00:00:02", "dev", VethPair.DEVICE);
        await("neighbour " + ifindex);
    }

    @Test
    void tellsOfADeviceThatIsDeleted() throws Exception {
        VethPair.run("ip", "link", "del", VethPair.DEVICE);
        for (int i = 0; i < TURNS && heard.stream().noneMatch(line -> line.startsWith("link " + ifindex + " gone")); i++) {
            monitor.await(this);
        }
        assertTrue(heard.stream().anyMatch(line -> line.startsWith("link " + ifindex + " gone")), heard::toString);
    }

    @Test
    void aWakeEndsTheWait() throws Exception {
        monitor.close();
        monitor = NetworkMonitor.open(60_000);
        monitor.wake();
        monitor.await(this);
        assertEquals(List.of(), heard);
    }

    @Override
    public void onLink(int index, boolean there, boolean up, int mtu) {
        heard.add("link " + index + (there ? " there " : " gone ") + (up ? "up " : "down ") + mtu);
    }

    @Override
    public void onAddress(int index) {
        heard.add("address " + index);
    }

    @Override
    public void onNeighbour(int index) {
        heard.add("neighbour " + index);
    }

    @Override
    public void onRoute() {
        heard.add("route");
    }

    @Override
    public void onOverrun() {
        heard.add("overrun");
    }
}
