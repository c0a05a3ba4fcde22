// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

/** A body that strict validation refuses; nothing of it was published. It has no stack trace: the stream is at fault. */
public final class FaultyStreamException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FaultyStreamException(String message) {
        super(message, null, false, false);
    }
}
