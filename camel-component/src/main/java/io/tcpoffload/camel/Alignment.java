// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

/** How bodies are cut. */
enum Alignment {

    /** As they come. */
    NONE,
    /** Into whole 188-byte packets; an incomplete one waits for the next body. */
    PACKET
}
