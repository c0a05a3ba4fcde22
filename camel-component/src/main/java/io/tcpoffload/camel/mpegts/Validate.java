// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel.mpegts;

/** What is done about faults in a transport stream. */
public enum Validate {

    /** They are not looked for. */
    NONE,
    /** They are counted. */
    COUNT,
    /** They are counted, and a body that has one is refused, or, where it can be read once only, ends there. */
    STRICT
}
