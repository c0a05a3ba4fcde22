// SPDX-License-Identifier: Apache-2.0

/**
 * What the tests show, as annotations on them and as tables made of these: {@link io.tcpoffload.clauses.Clause} for the
 * RFCs, {@link io.tcpoffload.clauses.Hostile} for hostile input. For tests only; part of no bundle.
 *
 * <p>{@link io.tcpoffload.clauses.TestSources} reads the annotations out of the sources, since no module sees the test
 * classes of all others.
 */
package io.tcpoffload.clauses;
