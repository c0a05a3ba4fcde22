// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/**
 * What has become of published media at the viewers that were there. The four add up to the viewers of that moment.
 *
 * @param sent    viewers to which all of it was sent
 * @param skipped viewers that were set forward past some of it
 * @param gone    viewers that left or were disconnected before
 * @param pending viewers to which some of it is still to be sent: only when the time is over
 */
public record Delivery(int sent, int skipped, int gone, int pending) {

    /** Viewers that did not get all of it. */
    public int missed() {
        return skipped + gone + pending;
    }
}
