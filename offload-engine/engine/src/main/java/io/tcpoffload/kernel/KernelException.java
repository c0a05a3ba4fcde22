// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.io.IOException;

/** The kernel refused something. The message is one line: what was asked, why it failed, what to do. */
public final class KernelException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String log;

    public KernelException(String message) {
        this(message, "");
    }

    /**
     * @param message one line for the user
     * @param log     what libbpf and the verifier said, any number of lines, empty when they said nothing
     */
    public KernelException(String message, String log) {
        super(message);
        this.log = log;
    }

    /** The verifier's and libbpf's words, for a developer; empty when there are none. */
    public String log() {
        return log;
    }
}
