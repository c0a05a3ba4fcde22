// SPDX-License-Identifier: Apache-2.0

/** Measures what the same job costs with camel-netty-http and with {@code tcpoffload:}. */
package io.tcpoffload.examples.bench;
