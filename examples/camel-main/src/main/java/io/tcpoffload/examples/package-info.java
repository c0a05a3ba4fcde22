// SPDX-License-Identifier: Apache-2.0

/** A headend to start from: a main class, and routes in Java, XML and YAML under {@code routes/}. */
package io.tcpoffload.examples;
