// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.DeviceInfo;
import io.tcpoffload.api.EngineInfo;
import io.tcpoffload.api.SystemFeature;
import java.io.PrintStream;
import org.apache.karaf.shell.support.table.ShellTable;

/** Prints {@link EngineInfo} for people; counters that are zero are left out. */
final class InfoView {

    private InfoView() {
    }

    static void print(EngineInfo info, PrintStream out) {
        out.println("Transport  " + info.transport());
        out.println("Reason     " + info.reason());
        out.println("Listeners  " + (info.listeners().isEmpty() ? "none" : String.join(", ", info.listeners())));
        out.println("Version    " + info.version());
        printDevices(info, out);
        printFeatures(info, out);
        printCounters(info, out);
    }

    private static void printDevices(EngineInfo info, PrintStream out) {
        if (info.devices().isEmpty()) {
            return;
        }
        out.println();
        ShellTable table = new ShellTable();
        table.column("Device");
        table.column("Index").alignRight();
        table.column("MTU").alignRight();
        table.column("Sessions").alignRight();
        table.column("Frames sent").alignRight();
        for (DeviceInfo d : info.devices()) {
            table.addRow().addContent(d.name(), d.ifindex(), d.mtu(), d.sessions(), d.frames());
        }
        table.print(out);
    }

    private static void printFeatures(EngineInfo info, PrintStream out) {
        if (info.features().isEmpty()) {
            return;
        }
        out.println();
        ShellTable table = new ShellTable();
        table.column("System feature");
        table.column("Found");
        table.column("Detail");
        table.column("What to do");
        for (SystemFeature f : info.features()) {
            table.addRow().addContent(f.name(), f.present() ? "yes" : "no", f.detail(), f.remedy());
        }
        table.print(out);
    }

    private static void printCounters(EngineInfo info, PrintStream out) {
        if (info.counters().values().stream().allMatch(v -> v == 0)) {
            return;
        }
        out.println();
        ShellTable table = new ShellTable();
        table.column("Counter");
        table.column("Value").alignRight();
        info.counters().forEach((name, value) -> {
            if (value != 0) {
                table.addRow().addContent(name, value);
            }
        });
        table.print(out);
    }
}
