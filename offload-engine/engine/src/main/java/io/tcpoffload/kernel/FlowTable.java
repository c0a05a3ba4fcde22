// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.net.InetSocketAddress;

/**
 * Which connections belong to which session: the hash map that the receive hook looks up. Thread safe; each call is
 * one system call.
 */
public final class FlowTable {

    FlowTable() {
    }

    /**
     * From now on the hook treats packets from {@code remote} to {@code local} by the session's state.
     *
     * @throws KernelException when the table is full
     */
    public void put(InetSocketAddress local, InetSocketAddress remote, int session) throws KernelException {
        throw new UnsupportedOperationException();
    }

    /** @return whether the flow was there */
    public boolean remove(InetSocketAddress local, InetSocketAddress remote) throws KernelException {
        throw new UnsupportedOperationException();
    }

    /** Counts the flows: walks the table, for people and tests. */
    public int size() throws KernelException {
        throw new UnsupportedOperationException();
    }
}
