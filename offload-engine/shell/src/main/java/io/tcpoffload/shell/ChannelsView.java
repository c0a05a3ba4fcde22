// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.ChannelInfo;
import java.io.PrintStream;
import java.util.List;
import org.apache.karaf.shell.support.table.ShellTable;

/** Prints channels for people, one a line. */
final class ChannelsView {

    private ChannelsView() {
    }

    static void print(List<ChannelInfo> channels, PrintStream out) {
        ShellTable table = new ShellTable().emptyTableText("no channel is open");
        table.column("Channel");
        table.column("Listener");
        table.column("Transport");
        table.column("Publishers").alignRight();
        table.column("Viewers").alignRight();
        table.column("Segments").alignRight();
        table.column("Stored").alignRight();
        table.column("Published").alignRight();
        table.column("Skips").alignRight();
        table.column("Slow closed").alignRight();
        table.column("Reason");
        for (ChannelInfo c : channels) {
            table.addRow().addContent(c.name(), c.listener(), c.transport(), c.publishers(), c.viewers(), c.segments(),
                    Units.bytes(c.storedBytes()), Units.bytes(c.publishedBytes()), c.skips(), c.slowClosed(),
                    c.reason());
        }
        table.print(out);
    }
}
