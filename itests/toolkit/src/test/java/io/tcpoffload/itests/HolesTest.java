// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HolesTest {

    private static final int START = -150;

    private final Holes holes = new Holes();

    private void add(int position, int length, int timestamp) {
        holes.add(START + position, length, timestamp);
    }

    @Test
    void aRepetitionOfWhatIsThereFillsNothing() {
        add(0, 100, 1);
        add(100, 100, 1);
        add(0, 100, 9);
        assertEquals(0, holes.lostBytes());
    }

    @Test
    void whatWasOvertakenIsNotLost() {
        add(0, 100, 1);
        add(300, 100, 2);
        add(100, 100, 1);
        add(200, 100, 2);
        assertEquals(0, holes.lostBytes());
    }

    @Test
    void whatComesByRepetitionIsLostHoweverItIsCut() {
        add(0, 100, 1);
        add(300, 100, 2);
        add(150, 100, 3);
        add(100, 50, 4);
        add(250, 250, 5);
        assertEquals(200, holes.lostBytes());
    }

    @Test
    void whatNeverComesIsLost() {
        add(0, 100, 1);
        add(130, 100, 2);
        assertEquals(30, holes.lostBytes());
    }
}
