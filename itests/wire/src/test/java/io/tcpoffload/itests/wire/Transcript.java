// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.itests.peer.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What each step of a {@link Script} brought. */
final class Transcript {

    /** When a step lasts, and when the next one begins, is told by evidence: what is known to be on its way is waited for. */
    private static final long PATIENCE_MS = 2000;
    private static final long NS_PER_MS = 1_000_000;
    /** When there is no evidence, as when the connection is gone. */
    private static final long QUIET_MS = 100;
    /** Between two peers' steps. */
    private static final int TICK_MS = 10;
    /** What a busy machine adds to a time, on either side. */
    private static final double SLACK_MS = 60;
    private static final double SLACK = 0.15;

    private final List<List<Line>> steps = new ArrayList<>();
    private final Dialog dialog;
    private final String conversation;
    private long counted;

    /** @param ms since the step began */
    private record Line(String text, double ms) {

        boolean isNear(Line other) {
            return Math.abs(ms - other.ms) <= SLACK_MS + SLACK * ms;
        }
    }

    /** @param expected of the same script; null if the sender itself knows how much it sends */
    private Transcript(Dialog dialog, Script script, Transcript expected) {
        this.dialog = dialog;
        dialog.peer.holdClock();
        long sentBefore = dialog.peer.sentSegments();
        counted = Math.max(0, dialog.settle(0));
        for (Script.Step step : script.steps()) {
            dialog.peer.tick(TICK_MS);
            play(step, sentBefore, expected == null ? null : expected.steps.get(steps.size()));
        }
        conversation = dialog.peer.conversation();
    }

    static Transcript ofKernel(Dialog dialog, Script script) {
        return new Transcript(dialog, script, null);
    }

    static Transcript ofEngine(Dialog dialog, Script script, Transcript kernel) {
        return new Transcript(dialog, script, kernel);
    }

    private void play(Script.Step step, long sentBefore, List<Line> expected) {
        List<Line> lines = new ArrayList<>();
        steps.add(lines);
        long beginNs = System.nanoTime();
        step.action().accept(dialog);
        take(lines, beginNs, step.ms(), step.settles());
        long total = dialog.settle(dialog.peer.sentSegments() - sentBefore);
        if (expected == null && total == Control.UNKNOWN) {
            take(lines, beginNs, QUIET_MS, true);
        }
        long due = expected != null ? expected.size() : total - counted;
        while (lines.size() < due && next(lines, beginNs, PATIENCE_MS)) {
            take(lines, beginNs, step.settles() ? step.ms() : 0, step.settles());
        }
        counted = total;
    }

    private void take(List<Line> lines, long beginNs, long ms, boolean settles) {
        long endNs = System.nanoTime() + ms * NS_PER_MS;
        while (System.nanoTime() < endNs) {
            if (next(lines, beginNs, (endNs - System.nanoTime()) / NS_PER_MS + 1) && settles) {
                endNs = System.nanoTime() + ms * NS_PER_MS;
            }
        }
    }

    private boolean next(List<Line> lines, long beginNs, long ms) {
        Segment s = dialog.peer.arrival(ms);
        if (s != null) {
            lines.add(line(s, beginNs));
        }
        return s != null;
    }

    private Line line(Segment s, long beginNs) {
        StringBuilder text = new StringBuilder();
        text.append(s.sequence() - dialog.peer.sequenceOf(0)).append('+').append(s.length());
        for (int i = 0; i < 8; i++) {
            if (s.has(1 << i) && 1 << i != Segment.ACK) {
                text.append("FSRP.UEC".charAt(i));
            }
        }
        if (!s.has(Segment.ACK)) {
            text.append(" without ACK");
        } else if (dialog.peer.acknowledged(s) != 0) {
            text.append(" ack ").append(dialog.peer.acknowledged(s));
        }
        if (s.hasTimestamps()) {
            text.append(" echo ").append(dialog.peer.echoAge(s));
        }
        return new Line(text.toString(), (s.ns() - beginNs) / (double) NS_PER_MS);
    }

    /** The same segments, at about the same times. */
    void assertSame(Transcript other) {
        String both = conversation + "\n\n" + other.conversation;
        assertEquals(toString(), other.toString(), both);
        for (int i = 0; i < steps.size(); i++) {
            for (int j = 0; j < steps.get(i).size(); j++) {
                Line one = steps.get(i).get(j);
                Line two = other.steps.get(i).get(j);
                int step = i + 1;
                assertTrue(one.isNear(two), () -> "step " + step + ": " + one + ", " + two + "\n" + both);
            }
        }
    }

    @Override
    public String toString() {
        return steps.stream().map(step -> step.stream().map(Line::text).collect(Collectors.joining(", ")))
                .collect(Collectors.joining("\n> ", "> ", ""));
    }
}
