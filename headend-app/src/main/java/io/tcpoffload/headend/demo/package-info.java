// SPDX-License-Identifier: Apache-2.0

/**
 * The demo channel's media: a short clip, shipped in this bundle, repeated as one endless MPEG-TS programme that has no
 * seam: continuity counters, PCR, PTS and DTS go on from round to round. A timer route asks
 * {@link io.tcpoffload.headend.demo.DemoProgramme} for what is due and publishes it; one thread a programme.
 *
 * <p>"13818-1" in this package is ISO/IEC 13818-1 (= ITU-T H.222.0), MPEG-2 Systems.
 */
package io.tcpoffload.headend.demo;
