// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import java.time.Duration;

/**
 * Bounds on what an outsider can make a listener hold.
 *
 * @param requestLineBytes  longest request line; longer ones get 414
 * @param headBytes         most bytes in all header fields; more get 431
 * @param headDeadline      time from the connection to the end of the request's head, however slowly it drips
 * @param keepAlive         time from a response's end to the end of the next request's head
 * @param stall             time in which a client may take nothing of a response, before it counts as gone
 * @param waiting           connections whose request is not complete yet
 * @param waitingPerAddress as before, from one address
 */
public record HttpLimits(int requestLineBytes, int headBytes, Duration headDeadline, Duration keepAlive,
        Duration stall, int waiting, int waitingPerAddress) {

    /** A channel's URL has at most 65 characters; tokens in the query take the rest. */
    public static final int REQUEST_LINE_BYTES = 4096;
    /** Browsers with cookies stay below 8 KiB, which is also what nginx and Apache allow. */
    public static final int HEAD_BYTES = 8192;
    /** A set-top box sends its head in one packet; ten seconds forgive two lost SYN-ACKs and a lost request. */
    public static final Duration HEAD_DEADLINE = Duration.ofSeconds(10);
    /** Longer than the time between two segments of HLS, whose usual target duration is 6 to 10 s. */
    public static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    /** A minute, as for viewers of the ordinary transport. */
    public static final Duration STALL = Duration.ofSeconds(60);
    /** With 12 KiB each at most, 48 MiB. */
    public static final int WAITING = 4096;
    /** A quarter: one address, which may be a whole street behind a translator, never shuts the others out. */
    public static final int WAITING_PER_ADDRESS = 1024;

    public static final HttpLimits DEFAULT = new HttpLimits(REQUEST_LINE_BYTES, HEAD_BYTES, HEAD_DEADLINE, KEEP_ALIVE,
            STALL, WAITING, WAITING_PER_ADDRESS);
}
