// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

/** Whose word is followed in a clause. */
public enum Way {
    /** As the RFC says. */
    RFC,
    /** As Linux does, which differs from the RFC on purpose or chooses where it leaves a choice. */
    LINUX
}
