// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

/** Where a case of hostile input is shown. */
public enum Layer {
    /** One packet through the BPF programs ({@code BPF_PROG_TEST_RUN}): verdict, counters, session record. */
    PACKET,
    /** On a wire between namespaces, with the whole engine. */
    WIRE,
    /** In the pure core or another unit, where the packet layer has nothing to see. */
    CORE
}
