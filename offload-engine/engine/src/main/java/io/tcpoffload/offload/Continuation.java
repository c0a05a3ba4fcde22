// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.Cursor;

/** Goes on with a viewer that was handed back to the kernel. Called on the session loop's thread; does not block. */
@FunctionalInterface
public interface Continuation {

    /**
     * @param fd        the viewer's socket, connected and non-blocking, to be closed by whoever goes on
     * @param cursor    the viewer's place: everything before it is on its way
     * @param sentBytes media bytes sent so far
     */
    void goOn(int fd, Cursor cursor, long sentBytes);
}
