// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Arithmetic on 32-bit sequence numbers, modulo 2^32 (RFC 9293 3.4). A sequence number is a plain {@code int} here; no
 * code outside this class compares or subtracts two of them. Comparisons hold while the two lie less than 2^31 apart,
 * which the largest window of 2^30 bytes (RFC 7323 2.3) guarantees for numbers of one flight.
 */
public final class Seq {

    private Seq() {
    }

    /** True when {@code a} comes before {@code b}. */
    public static boolean before(int a, int b) {
        return a - b < 0;
    }

    /** True when {@code a} comes after {@code b}. */
    public static boolean after(int a, int b) {
        return a - b > 0;
    }

    /** True when {@code a} comes before {@code b} or is equal to it. */
    public static boolean atOrBefore(int a, int b) {
        return a - b <= 0;
    }

    /** True when {@code a} comes after {@code b} or is equal to it. */
    public static boolean atOrAfter(int a, int b) {
        return a - b >= 0;
    }

    /** The number {@code bytes} after {@code seq}; a negative count goes back. */
    public static int plus(int seq, long bytes) {
        return (int) (seq + bytes);
    }

    /** How many bytes {@code to} lies after {@code from}; negative when it lies before. */
    public static int distance(int from, int to) {
        return to - from;
    }

    /** The earlier of two. */
    public static int min(int a, int b) {
        return before(a, b) ? a : b;
    }

    /** The later of two. */
    public static int max(int a, int b) {
        return before(a, b) ? b : a;
    }
}
