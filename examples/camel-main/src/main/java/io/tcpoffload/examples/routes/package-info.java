// SPDX-License-Identifier: Apache-2.0

/** The routes in Java, which run in plain Camel and, as they are, in Karaf. */
package io.tcpoffload.examples.routes;
