// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import java.io.IOException;

/** A store file can't be gone on with; the message says in one line what was wrong, the value, and what would be right. */
public final class StoreRefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    StoreRefusedException(String message) {
        super(message);
    }
}
