// SPDX-License-Identifier: Apache-2.0

/**
 * A TCP sender without packets: it decides what may leave, what must leave again and when a session is dead.
 *
 * <p>The engine's session loop calls it. It hands in what the receive hook saw (latest cumulative acknowledgement and
 * window, SACK and duplicate-ACK events) and asks how much may go; somebody else makes the segments. One
 * {@link io.tcpoffload.core.Sender} a session, one owner thread a sender, no locks.
 *
 * <p>The package does no I/O and reads no clock: time comes in as nanoseconds of one monotonic clock, on Linux
 * {@code CLOCK_MONOTONIC}, which {@code System.nanoTime()} and {@code bpf_ktime_get_ns()} share. It refers to nothing
 * outside {@code java.lang} and {@code java.util}, and allocates nothing after construction; a test watches over both.
 *
 * <p>RFC 9293 (sender's clauses), 5681, 6298, 6582, 6675 with 2018 and 2883, 8985, 6937 as amended by 9937, 9438, 9406,
 * 5682, 3522 with 4015, 3708, 3168, 1191 and 8201, 7323, 7661 in Linux' form, 3042, 3465, 6928.
 */
package io.tcpoffload.core;
