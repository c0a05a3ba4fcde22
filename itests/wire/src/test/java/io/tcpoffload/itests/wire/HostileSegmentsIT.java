// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.peer.SynOptions;
import org.junit.jupiter.api.extension.ExtendWith;

/** Segments that no honest viewer sends. */
@ExtendWith(PeerWorld.Shared.class)
class HostileSegmentsIT {

    private final PeerWorld world;

    HostileSegmentsIT(PeerWorld world) {
        this.world = world;
    }

    @EachSide
    void plain(Side side) {
        try (Dialog d = world.open(side, SynOptions.usual())) {
            d.write(14480);
            d.peer.expectData(0, 14480);
            d.peer.next().send();
            d.goesOn(14480);
            System.out.println(d.peer.conversation());
        }
    }
}
