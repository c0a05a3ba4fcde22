// SPDX-License-Identifier: Apache-2.0

/**
 * The control socket: a Unix domain socket by which local programs put their own connections under the engine. A line in,
 * a line out ({@link io.tcpoffload.control.ControlCommands}); root and the engine's own user only. One thread serves all
 * clients, one command after another.
 */
package io.tcpoffload.control;
