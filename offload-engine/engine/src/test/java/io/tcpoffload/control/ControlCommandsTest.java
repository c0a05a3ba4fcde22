// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.OffloadException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ControlCommandsTest {

    private final ControlCommands commands = new ControlCommands(null, name -> null,
            () -> new TreeMap<>(Map.of("a", 1L, "b", 2L)));

    @Test
    void helpNamesEveryCommand() {
        for (String command : "adopt write file close shutdown abort hand-back fetched info sessions counters help".split(" ")) {
            assertTrue(commands.execute("help").contains(command), command);
        }
        assertEquals(commands.execute("help"), commands.execute("  help \r"));
    }

    @Test
    void everyLineHasOneLineForAnAnswer() {
        assertEquals("error command 'x' is unknown: 'help' lists those there are", commands.execute("x y z"));
        assertEquals("error a command is missing: 'help' shows what is needed", commands.execute("   "));
        assertEquals("error a session is missing: 'help' shows what is needed", commands.execute("write"));
        assertEquals("error 'seven' is not a session: a number is needed", commands.execute("write seven 7"));
        assertEquals("error a count of bytes is missing: 'help' shows what is needed", commands.execute("write 7"));
        assertEquals("error '8' is too much: 'help' shows what is needed", commands.execute("write 7 7 8"));
        assertEquals("error pid '-1' is not valid: a number of 1 or more is needed", commands.execute("adopt pid=-1 fd=3"));
        assertEquals("error fd 'x' is not valid: a number of 0 or more is needed", commands.execute("adopt pid=1 fd=x"));
        assertEquals("error pid is missing: adopt pid=P fd=F [channel=C] [input=discard|hand-back]",
                commands.execute("adopt fd=3"));
        assertEquals("error channel 'c' is not open: an open channel is needed, or none",
                commands.execute("adopt pid=1 fd=3 channel=c"));
    }

    @Test
    void withoutOffloadItSaysSo() {
        assertTrue(commands.execute("info 7").startsWith("error the engine has no offload transport here"));
    }

    @Test
    void countersAreKeyAndValue() {
        assertEquals("a=1 b=2", commands.execute("counters"));
        assertEquals("a=1 b=2", commands.order("counters"));
    }

    @Test
    void ordersThrowWhatIsWrong() {
        assertEquals("command 'x' is unknown: 'help' lists those there are",
                assertThrows(OffloadException.class, () -> commands.order("x")).getMessage());
        assertTrue(commands.order("help").startsWith("adopt pid=P"));
    }
}
