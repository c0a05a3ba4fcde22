// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

/** Routes that can't run as they are written. */
final class RouteException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int line;
    private final String missingComponent;

    /**
     * @param line             counted from 1, 0 when unknown
     * @param message          the cause, one line
     * @param missingComponent the Camel component that would help, or null
     */
    RouteException(int line, String message, String missingComponent, Throwable cause) {
        super(message, cause);
        this.line = line;
        this.missingComponent = missingComponent;
    }

    RouteException(int line, String message) {
        this(line, message, null, null);
    }

    /** The Camel component for lack of which the routes can't run, null if it is something else. */
    String missingComponent() {
        return missingComponent;
    }

    /** File, line and cause, in the form that compilers use. */
    String in(Object file) {
        return file + ":" + (line > 0 ? line + ": " : " ") + getMessage();
    }
}
