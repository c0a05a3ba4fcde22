// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Scanner;
import java.util.TreeMap;

/** How a measured server is told what it is to be, and asked what it has done. */
final class ServerCommands {

    private ServerCommands() {
    }

    /** {@code key=value} words as a map. */
    static Map<String, String> settings(String[] args) {
        Map<String, String> settings = new TreeMap<>();
        for (String arg : args) {
            settings.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
        }
        return settings;
    }

    static Engine start(Map<String, String> settings) {
        return Engine.start(EngineConfig.defaults().with(settings, problem -> {
            throw new IllegalArgumentException(problem);
        }));
    }

    /**
     * Prints "ready" and, until its input ends, answers each command with "end":
     * <ul>
     * <li>{@code cpu}: {@code NANOSECONDS} of processor time that the process has had;
     * <li>{@code counters}: {@code name=value} lines.
     * </ul>
     */
    static void serve(Engine engine) {
        Scanner commands = new Scanner(System.in);
        System.out.println("ready");
        while (commands.hasNextLine()) {
            switch (commands.nextLine()) {
                case "cpu" -> System.out.println(((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime());
                case "counters" -> engine.info().counters().forEach((name, value) -> System.out.println(name + "=" + value));
                default -> throw new IllegalArgumentException("cpu or counters");
            }
            System.out.println("end");
        }
    }
}
