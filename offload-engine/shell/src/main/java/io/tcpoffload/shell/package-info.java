// SPDX-License-Identifier: Apache-2.0

/**
 * Karaf shell commands {@code offload:*}: what the engine does, for people as tables and for scripts as JSON. They only
 * look, run on the shell's threads and know the engine by its service alone, in a bundle of their own, so that neither
 * their update nor the shell's refreshes the engine.
 */
package io.tcpoffload.shell;
