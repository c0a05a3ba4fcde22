// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/**
 * What became of a published body.
 *
 * @param acceptedBytes bytes the store took
 * @param subscribers   viewers on the channel at that moment; of chosen ones, those that are there
 * @param position      offset of the body's end in the channel's endless stream, for {@link Publisher#whenSent}
 */
public record Published(long acceptedBytes, int subscribers, long position) {

    public Published(long acceptedBytes, int subscribers) {
        this(acceptedBytes, subscribers, 0);
    }
}
