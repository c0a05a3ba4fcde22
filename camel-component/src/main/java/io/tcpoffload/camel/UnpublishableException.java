// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

/**
 * A message that is no media. It has no stack trace: the message says what to change in the route, and a trace would
 * bury it under Camel's own calls, once in the log for each error handler that sees it.
 */
public final class UnpublishableException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    UnpublishableException(String message) {
        super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
