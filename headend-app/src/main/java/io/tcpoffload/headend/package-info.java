// SPDX-License-Identifier: Apache-2.0
/**
 * The headend: Camel contexts in a Karaf. {@link io.tcpoffload.headend.RouteDeployer} runs the route files of
 * {@code deploy/}, {@link io.tcpoffload.headend.DemoChannel} the demo channel. Declarative Services and Felix File
 * Install call these two; the Camel component {@code tcpoffload} is met by URI and service alone, so that it can be
 * updated while they run.
 */
package io.tcpoffload.headend;
