// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

/** How fast a body goes into the channel. */
enum Pacing {

    /** At once. */
    NONE,
    /** As the transport stream's own clock says. */
    PCR,
    /** At the rate of the option {@code bitrate}. */
    BITRATE
}
