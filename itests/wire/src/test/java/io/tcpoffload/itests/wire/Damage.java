// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.peer.Craft;
import java.util.function.UnaryOperator;

/**
 * What is wrong with a segment that a sender must not take in.
 *
 * @param name    for people
 * @param craft   does it to an acknowledgement that would otherwise be good
 * @param counter of the engine that counts it
 */
record Damage(String name, UnaryOperator<Craft> craft, String counter) {

    static Damage of(String name, String counter, UnaryOperator<Craft> craft) {
        return new Damage(name, craft, counter);
    }
}
