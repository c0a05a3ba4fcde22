// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.OffloadException;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandsTest {

    @Test
    void infoSaysTransportReasonAndRemedies() throws Exception {
        InfoCommand command = new InfoCommand();
        command.engine = new FakeEngine();
        String out = FakeEngine.output(command);
        assertTrue(out.startsWith("Transport  NIO\nReason     not root: run as root for offload\n"
                + "Listeners  127.0.0.1:8080, 127.0.0.1:8090\n"), out);
        assertTrue(out.contains("libbpf.so.1 not found") && out.contains("apt install libbpf1"), out);
        assertTrue(row(out, "libbpf").contains("no") && row(out, "bpffs").contains("yes"), out);
    }

    @Test
    void infoLeavesOutZeroCountersButJsonHasThem() throws Exception {
        InfoCommand command = new InfoCommand();
        command.engine = new FakeEngine();
        String out = FakeEngine.output(command);
        assertTrue(out.contains("framesSent") && !out.contains("dropsNoWindow"), out);
        command.json = true;
        String json = FakeEngine.output(command);
        assertTrue(json.contains("\"transport\":\"NIO\"") && json.contains("\"counters\":{\"framesSent\":12,"
                + "\"dropsNoWindow\":0}"), json);
        assertEquals(1, json.lines().count());
    }

    @Test
    void channelsShowsViewersAndVolumes() throws Exception {
        ChannelsCommand command = new ChannelsCommand();
        command.engine = new FakeEngine();
        String row = row(FakeEngine.output(command), "demo");
        assertTrue(row.contains("127.0.0.1:8080") && row.contains("1.50 MB") && row.contains("20.0 GB"), row);
        command.json = true;
        assertTrue(FakeEngine.output(command).startsWith("[{\"name\":\"demo\",\"listener\":\"127.0.0.1:8080\","));
    }

    @Test
    void handBackGoesOnAfterOneThatIsRefusedAndNamesIt() throws Exception {
        HandBackCommand command = new HandBackCommand();
        command.engine = new FakeEngine();
        command.sessions = List.of(7L);
        assertEquals("Session 7 handed back to the kernel\n", FakeEngine.output(command));
        command.sessions = List.of(9L, 7L, 10L);
        OffloadException refused = assertThrows(OffloadException.class, () -> FakeEngine.output(command));
        assertEquals("session 9 does not exist\nsession 10 does not exist", refused.getMessage());
    }

    @Test
    void drainSaysWhatBecomesOfPresentViewersAndNamesAWrongWord() throws Exception {
        DrainCommand command = new DrainCommand();
        command.engine = new FakeEngine();
        command.present = "hand-back";
        command.redirect = "http://other:8080";
        assertTrue(FakeEngine.output(command).startsWith("drained HAND_BACK http://other:8080\n"));
        command.present = "leave";
        assertEquals("--present 'leave' is not valid: stay, end or hand-back",
                assertThrows(OffloadException.class, () -> FakeEngine.output(command)).getMessage());
        command.off = true;
        assertEquals("Viewers are let in\n", FakeEngine.output(command));
    }

    @Test
    void commandsForAdoptedConnectionsSayWhatTheControlSocketSays() throws Exception {
        AdoptCommand adopt = new AdoptCommand();
        adopt.engine = new FakeEngine();
        adopt.pid = 5;
        adopt.fd = 6;
        assertEquals("did adopt pid=5 fd=6\n", FakeEngine.output(adopt));
        adopt.channel = "news";
        adopt.input = "hand-back";
        assertEquals("did adopt pid=5 fd=6 channel=news input=hand-back\n", FakeEngine.output(adopt));
        WriteCommand write = new WriteCommand();
        write.session = 7;
        write.count = 100;
        assertEquals("write 7 100", write.line());
        FileCommand file = new FileCommand();
        file.session = 7;
        file.path = "/a b";
        assertEquals("file 7 /a b", file.line());
        AbortCommand abort = new AbortCommand();
        abort.engine = new FakeEngine();
        abort.session = 9;
        assertEquals("session 9 is unknown", assertThrows(OffloadException.class, abort::execute).getMessage());
    }

    @Test
    void sessionsFiltersByChannel() throws Exception {
        SessionsCommand command = new SessionsCommand();
        command.engine = new FakeEngine();
        String all = FakeEngine.output(command);
        assertTrue(all.contains("10.0.0.2:40007") && all.contains("10.0.0.2:40008"), all);
        command.channel = "news";
        String news = FakeEngine.output(command);
        assertTrue(!news.contains("10.0.0.2:40007") && news.contains("10.0.0.2:40008"), news);
        command.json = true;
        assertTrue(FakeEngine.output(command).startsWith("[{\"id\":8,"));
        command.channel = "none";
        assertEquals("[]\n", FakeEngine.output(command));
    }

    @Test
    void sessionsLeavesUnknownValuesEmpty() {
        SessionInfo nio = new SessionInfo(1, "v", "l", "demo", TransportMode.NIO, "", "ESTABLISHED", 0, 1, 1, 0, 0, 0,
                0, 0);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        SessionsView.print(List.of(nio), 61_000, new PrintStream(bytes));
        assertTrue(bytes.toString().contains("1m01s"), bytes.toString());
        assertFalse(bytes.toString().contains("ms"), bytes.toString());
    }

    @Test
    void emptyListsSaySo() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ChannelsView.print(List.of(), new PrintStream(bytes));
        SessionsView.print(List.of(), 0, new PrintStream(bytes));
        assertTrue(bytes.toString().contains("no channel is open"), bytes.toString());
        assertTrue(bytes.toString().contains("no viewer"), bytes.toString());
    }

    private static String row(String table, String name) {
        return table.lines().filter(l -> l.startsWith(name + " ")).findFirst().orElseThrow();
    }
}
