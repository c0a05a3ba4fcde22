// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/**
 * What became of a published body.
 *
 * @param acceptedBytes bytes the store took
 * @param subscribers   viewers on the channel at that moment
 */
public record Published(long acceptedBytes, int subscribers) {
}
