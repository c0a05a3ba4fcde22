// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which connections belong to which session: the hash map that the receive hook looks up. Thread safe; each call is
 * one system call.
 * <pre>
 *   0  viewer address, IPv4 mapped into IPv6
 *  16  local address
 *  32  viewer port, local port: network byte order
 * </pre>
 */
public final class FlowTable {

    static final int KEY_BYTES = 36;
    static final int VIEWER_OFFSET = 0;
    static final int LOCAL_OFFSET = 16;
    static final int VIEWER_PORT_OFFSET = 32;
    static final int LOCAL_PORT_OFFSET = 34;

    private static final int IPV6_BYTES = 16;

    private final int fd;
    private final int capacity;
    private final Memory key = new Memory(40);
    private final Memory next = new Memory(40);
    private final Memory value = new Memory(Long.BYTES);

    FlowTable(int fd, int capacity) {
        this.fd = fd;
        this.capacity = capacity;
    }

    /**
     * From now on the hook treats packets from {@code remote} to {@code local} by the session's state.
     *
     * @throws KernelException when the table is full
     */
    public synchronized void put(InetSocketAddress local, InetSocketAddress remote, int session)
            throws KernelException {
        fillKey(local, remote);
        value.setInt(0, session);
        int result = LibBpf.bpf_map_update_elem(fd, key, value, 0);
        if (result == -Errno.E2BIG) {
            throw new KernelException("the flow table is full with " + capacity + " sessions: raise maxSessions");
        }
        Errno.checkBpf(result, "bpf_map_update_elem(flows, " + remote + " to " + local + ")");
    }

    /** @return whether the flow was there; the hook removes it itself when a SYN ends the lingering */
    public synchronized boolean remove(InetSocketAddress local, InetSocketAddress remote) throws KernelException {
        fillKey(local, remote);
        int result = LibBpf.bpf_map_delete_elem(fd, key);
        if (result == -Errno.ENOENT) {
            return false;
        }
        Errno.checkBpf(result, "bpf_map_delete_elem(flows, " + remote + " to " + local + ")");
        return true;
    }

    /**
     * Removes a flow if it is still this session's: the viewer may have used its ports again meanwhile, for a connection
     * that is another session now.
     *
     * @return whether it was
     */
    public synchronized boolean remove(InetSocketAddress local, InetSocketAddress remote, int session)
            throws KernelException {
        fillKey(local, remote);
        return LibBpf.bpf_map_lookup_elem(fd, key, value) == 0 && value.getInt(0) == session && remove(local, remote);
    }

    /** Counts the flows: walks the table, for people and tests. */
    public synchronized int size() {
        int flows = 0;
        boolean more = LibBpf.bpf_map_get_next_key(fd, null, next) == 0;
        while (more) {
            flows++;
            key.write(0, next.getByteArray(0, KEY_BYTES), 0, KEY_BYTES);
            more = LibBpf.bpf_map_get_next_key(fd, key, next) == 0;
        }
        return flows;
    }

    /** All flows, each once. Walks the table: two system calls a flow. */
    public synchronized List<Flow> entries() {
        List<Flow> flows = new ArrayList<>();
        Set<ByteBuffer> seen = new HashSet<>();
        boolean more = LibBpf.bpf_map_get_next_key(fd, null, next) == 0;
        // The walk begins anew when the hook takes away the flow that it stands at.
        while (more && flows.size() < capacity) {
            byte[] bytes = next.getByteArray(0, KEY_BYTES);
            key.write(0, bytes, 0, KEY_BYTES);
            if (LibBpf.bpf_map_lookup_elem(fd, key, value) == 0 && seen.add(ByteBuffer.wrap(bytes))) {
                flows.add(new Flow(address(LOCAL_OFFSET, LOCAL_PORT_OFFSET), address(VIEWER_OFFSET, VIEWER_PORT_OFFSET),
                        value.getInt(0)));
            }
            more = LibBpf.bpf_map_get_next_key(fd, key, next) == 0;
        }
        return flows;
    }

    private InetSocketAddress address(int at, int portAt) {
        int port = (key.getByte(portAt) & 0xFF) << 8 | key.getByte(portAt + 1) & 0xFF;
        try {
            return new InetSocketAddress(InetAddress.getByAddress(key.getByteArray(at, IPV6_BYTES)), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes are an address", e);
        }
    }

    private void fillKey(InetSocketAddress local, InetSocketAddress remote) {
        setAddress(VIEWER_OFFSET, remote);
        setAddress(LOCAL_OFFSET, local);
        setPort(VIEWER_PORT_OFFSET, remote.getPort());
        setPort(LOCAL_PORT_OFFSET, local.getPort());
    }

    private void setAddress(int at, InetSocketAddress address) {
        byte[] bytes = address.getAddress().getAddress();
        key.setMemory(at, IPV6_BYTES, (byte) 0);
        if (bytes.length < IPV6_BYTES) {
            key.setByte(at + 10, (byte) 0xFF);
            key.setByte(at + 11, (byte) 0xFF);
        }
        key.write(at + IPV6_BYTES - bytes.length, bytes, 0, bytes.length);
    }

    private void setPort(int at, int port) {
        key.setByte(at, (byte) (port >>> 8));
        key.setByte(at + 1, (byte) port);
    }
}
