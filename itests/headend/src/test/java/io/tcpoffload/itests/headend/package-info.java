// SPDX-License-Identifier: Apache-2.0

/**
 * The headend as its users have it: {@code ./headend} in a process, its settings and route files on disk, its viewers
 * on loopback, or on a device of their own. Each class has an installation of its own below {@code target/homes}.
 */
package io.tcpoffload.itests.headend;
