// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

/** What a test makes the sender of one connection do. */
interface Control {

    long UNKNOWN = -1;

    /** Appends bytes to the stream. */
    void write(int bytes);

    /** A FIN after the last byte; the other direction stays open. */
    void shutdown();

    /** Closes both directions, after the last byte. */
    void close();

    /** Closes by a reset. */
    void abort();

    /** Whether these are the right bytes from the script's origin on. */
    String fault(byte[] stream);

    /** Whether the sender still has the connection, closing or not. */
    boolean alive();

    /**
     * Waits until the sender has dealt with all that it was sent.
     *
     * @param segments how many have come since the handshake
     * @return how many it has sent since the handshake, in answer or for other reasons; {@link #UNKNOWN} if it does not
     *         count them
     */
    long settle(long segments);

    /** The congestion window, in segments. */
    long cwnd();
}
