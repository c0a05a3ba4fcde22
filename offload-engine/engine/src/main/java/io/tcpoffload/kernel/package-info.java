// SPDX-License-Identifier: Apache-2.0

/**
 * The kernel's side of the offload: the two tc programs, the maps they share with the engine, the ring that posts
 * frames, and TCP_REPAIR. {@link io.tcpoffload.kernel.KernelSide} is the door.
 *
 * <p>Owner and caller is the engine's session loop. Tables are mapped memory: reading a session, writing a job or
 * polling events makes no native call. Setting up, attaching, flow entries and {@code send} go through JNA.
 * What is written by whom is in {@code src/main/bpf/record.h}; rules for the receive hook are RFC 9293, RFC 5961 and
 * RFC 7323.
 */
package io.tcpoffload.kernel;
