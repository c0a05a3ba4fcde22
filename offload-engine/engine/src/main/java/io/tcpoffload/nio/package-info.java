// SPDX-License-Identifier: Apache-2.0

/**
 * The ordinary transport: viewers' sockets stay with the kernel's TCP and are written by event loops. Used where the
 * machine can't offload, or by setting. Same channels, cursors and rules as the offloaded transport. All state of a
 * viewer belongs to its socket's event loop.
 */
package io.tcpoffload.nio;
