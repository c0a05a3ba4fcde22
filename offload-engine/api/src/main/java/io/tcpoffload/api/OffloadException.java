// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/**
 * A request the engine refuses. The message is one line for a user: what was wrong, the value, and what would be right.
 */
public class OffloadException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public OffloadException(String message) {
        super(message);
    }

    public OffloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
