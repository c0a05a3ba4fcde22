// SPDX-License-Identifier: Apache-2.0

/** A bundle to start from: a declarative service that runs routes in Java. */
package io.tcpoffload.examples.karaf;
