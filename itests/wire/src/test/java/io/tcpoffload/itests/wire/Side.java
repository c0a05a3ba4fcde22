// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

/** Whose sender a {@link Dialog} talks to. */
enum Side {
    /** The kernel's own TCP: what it fails is a wrong test. */
    KERNEL,
    /** The engine, which has taken the connection out of another process. */
    ADOPTED,
    /** The engine, as a viewer of a channel sees it. */
    VIEWER
}
