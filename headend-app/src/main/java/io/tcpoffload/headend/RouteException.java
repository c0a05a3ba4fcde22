// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

/** Routes that can't run as they are written. */
final class RouteException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int line;
    private final boolean curedByInstalling;

    /**
     * @param line              counted from 1, 0 when unknown
     * @param message           the cause, one line
     * @param curedByInstalling whether the same routes can run when something is installed that they use
     */
    RouteException(int line, String message, boolean curedByInstalling, Throwable cause) {
        super(message, cause);
        this.line = line;
        this.curedByInstalling = curedByInstalling;
    }

    RouteException(int line, String message) {
        this(line, message, false, null);
    }

    /** Whether it is a component or language that the routes lack: then they may start later, as they are. */
    boolean curedByInstalling() {
        return curedByInstalling;
    }

    /** File, line and cause, in the form that compilers use. */
    String in(Object file) {
        return file + ":" + (line > 0 ? line + ": " : " ") + getMessage();
    }
}
