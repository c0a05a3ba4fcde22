// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

/** What an exchange waits for. */
enum WaitFor {

    /** The channel's store has the body. */
    ACCEPTED,
    /** The viewers that were there have been sent the body, or have skipped it, or have gone. */
    SENT
}
