// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    void onlyWhatIsMissingAndNoYoungerWasOvertaken() {
        add(0, 100, 1);
        add(200, 100, 3);
        assertTrue(holes.wasOvertaken(START + 100, 100, 3));
        assertTrue(holes.wasOvertaken(START + 150, 50, 2));
        assertFalse(holes.wasOvertaken(START + 100, 100, 4), "a repetition of what was lost");
        assertFalse(holes.wasOvertaken(START, 100, 1), "it has come");
        assertFalse(holes.wasOvertaken(START + 300, 100, 2), "nothing came after it");
    }

    @Test
    void whatNeverComesIsLost() {
        add(0, 100, 1);
        add(130, 100, 2);
        assertEquals(30, holes.lostBytes());
    }
}
