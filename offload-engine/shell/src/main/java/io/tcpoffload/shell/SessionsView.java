// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.SessionInfo;
import java.io.PrintStream;
import java.util.List;
import org.apache.karaf.shell.support.table.ShellTable;

/** Prints viewers for people, one a line. */
final class SessionsView {

    private SessionsView() {
    }

    /** @param nowMillis milliseconds since the epoch, to tell the sessions' ages */
    static void print(List<SessionInfo> sessions, long nowMillis, PrintStream out) {
        ShellTable table = new ShellTable().emptyTableText("no viewer");
        table.column("ID").alignRight();
        table.column("Viewer");
        table.column("Channel");
        table.column("Local");
        table.column("Transport");
        table.column("Device");
        table.column("State");
        table.column("Age").alignRight();
        table.column("Sent").alignRight();
        table.column("Acked").alignRight();
        table.column("Lag").alignRight();
        table.column("Window").alignRight();
        table.column("RTT").alignRight();
        table.column("Retrans").alignRight();
        table.column("Skips").alignRight();
        for (SessionInfo s : sessions) {
            table.addRow().addContent(s.id(), s.remote(), s.channel(), s.local(), s.transport(), s.device(), s.state(),
                    Units.age(nowMillis - s.startedAt()), Units.bytes(s.sentBytes()), Units.bytes(s.ackedBytes()),
                    Units.bytes(s.lagBytes()), s.cwndBytes() == 0 ? "" : Units.bytes(s.cwndBytes()),
                    s.srttMicros() == 0 ? "" : Units.micros(s.srttMicros()), s.retransmissions(), s.skips());
        }
        table.print(out);
    }
}
