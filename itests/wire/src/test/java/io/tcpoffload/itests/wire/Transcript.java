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

    /** Until what is known to be on its way has come. */
    private static final long PATIENCE_MS = 500;
    private static final long NS_PER_MS = 1_000_000;
    /** When there is no evidence, as when the connection is gone. */
    private static final long QUIET_MS = 100;
    /** Between two peers' steps. */
    private static final int TICK_MS = 10;
    /** More, and a script has been played too slowly to tell anything: probes and timeouts fire where none would. */
    private static final double LATE_MS = 15;
    /** Of what has been waited for: the kernel's clock ticks every 4 ms, and its timers wait two ticks more. */
    private static final double LATE = 0.05;

    private final List<List<Line>> steps = new ArrayList<>();
    private final Dialog dialog;
    private final String conversation;
    private final Transcript expected;
    private double lateMs;
    private long counted;

    /** @param ms since the step began */
    private record Line(String text, double ms) {

        boolean isNear(Line other) {
            return Math.abs(ms - other.ms) <= LATE_MS + LATE * ms;
        }
    }

    /** @param expected of the same script; null if the sender itself knows how much it sends */
    Transcript(Dialog dialog, Script script, Transcript expected) {
        this.dialog = dialog;
        this.expected = expected;
        dialog.peer.holdClock();
        long sentBefore = dialog.peer.sentSegments();
        counted = Math.max(0, dialog.settle(0));
        for (Script.Step step : script.steps()) {
            dialog.peer.tick(TICK_MS);
            play(step, sentBefore);
        }
        conversation = dialog.peer.conversation();
    }

    private void play(Script.Step step, long sentBefore) {
        List<Line> lines = new ArrayList<>();
        int number = steps.size();
        steps.add(lines);
        long beginNs = System.nanoTime();
        step.action().accept(dialog);
        take(lines, beginNs, step.ms(), step.settles());
        double lastMs = step.settles() && !lines.isEmpty() ? lines.get(lines.size() - 1).ms() : 0;
        long total = dialog.settle(dialog.peer.sentSegments() - sentBefore);
        lateMs = Math.max(lateMs, (System.nanoTime() - beginNs) / (double) NS_PER_MS - lastMs - step.ms());
        if (expected == null && total == Control.UNKNOWN) {
            take(lines, beginNs, QUIET_MS, true);
        }
        long due = expected != null ? expected.steps.get(number).size() : total - counted;
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
            int ms = dialog.peer.echoAge(s);
            text.append(" echo ").append(ms > TICK_MS * steps.size() ? "of before" : Integer.toString(ms));
        }
        return new Line(text.toString(), (s.ns() - beginNs) / (double) NS_PER_MS);
    }

    /** Whether the script was played as it is written, and answered as soon as by Linux, whatever the answers were. */
    boolean isInTime() {
        boolean inTime = lateMs <= LATE_MS;
        for (int i = 0; expected != null && i < steps.size(); i++) {
            List<Line> mine = steps.get(i);
            List<Line> other = expected.steps.get(i);
            for (int j = 0; j < Math.min(mine.size(), other.size()); j++) {
                inTime &= mine.get(j).isNear(other.get(j));
            }
        }
        return inTime;
    }

    /** The same segments, at about the same times. */
    void assertSame(Transcript linux) {
        String both = "Linux\n" + linux.conversation + "\n\nengine\n" + conversation + "\n";
        assertEquals(linux.toString(), toString(), both);
        assertTrue(isInTime(), () -> "too late by " + lateMs + " ms, or not when Linux does\n" + both);
    }

    @Override
    public String toString() {
        return steps.stream().map(step -> step.stream().map(Line::text).collect(Collectors.joining(", ")))
                .collect(Collectors.joining("\n> ", "> ", ""));
    }
}
