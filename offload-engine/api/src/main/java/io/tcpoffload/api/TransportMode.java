// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/** Which transport carries a channel's bytes to its viewers. */
public enum TransportMode {

    /** {@link #OFFLOAD} where this machine can, {@link #NIO} elsewhere; log and console say which, and why. */
    AUTO,

    /** The kernel's packet ring and header builder; opening a channel fails where they can't be had. */
    OFFLOAD,

    /** Ordinary sockets on an event loop. */
    NIO;

    /** @throws OffloadException naming the allowed values */
    public static TransportMode parse(String text) {
        return OptionWords.parse("transport", TransportMode.class, text);
    }
}
