// SPDX-License-Identifier: Apache-2.0

/**
 * The offload transport: takes viewers' connections out of the kernel and serves them by the ring. It joins the three
 * rooms below it - {@code kernel} (packets), {@code core} (when to send), {@code channel} (what to send) - and its door
 * is {@link io.tcpoffload.offload.OffloadTransport}. One thread, {@link io.tcpoffload.offload.SessionLoop}, owns all
 * sessions and all rings, and leaves to others what they are named after:
 * {@link io.tcpoffload.offload.EventIntake}, {@link io.tcpoffload.offload.Timeouts},
 * {@link io.tcpoffload.offload.Repeats}, {@link io.tcpoffload.offload.FanOut}, {@link io.tcpoffload.offload.Endings} and
 * {@link io.tcpoffload.offload.HandBacks}. Take-over runs on the socket's event loop and hands the session to that thread by
 * a queue.
 */
package io.tcpoffload.offload;
