// SPDX-License-Identifier: Apache-2.0

/**
 * What the producer does to an MPEG-2 transport stream (ISO/IEC 13818-1) on its way into a channel: cutting it into whole
 * packets, checking it (ETSI TR 101 290), joining sources into one timeline, and letting it leave at its own speed. Pure:
 * no Camel, no engine, no clock and no I/O. Each object belongs to one channel's feed and is used by one thread at a time.
 */
package io.tcpoffload.camel.mpegts;
