// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.headend;

import io.tcpoffload.itests.HttpViewer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * One viewer's position in the stream over time, and what was done meanwhile, as a table: lines
 * {@code position,MILLISECONDS,BYTES} and {@code event,FROM_MILLISECONDS,TO_MILLISECONDS,WHAT}. {@code docs/draw-continuity}
 * makes a picture of it.
 */
final class ViewerTrace implements AutoCloseable {

    private static final int PACKET = 188;
    private static final long EVERY_MILLIS = 40;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final long startNs = System.nanoTime();
    private final HttpViewer viewer;
    private final Thread reading = new Thread(this::read, "viewer-trace");
    private volatile boolean closing;
    private volatile String fault;

    ViewerTrace(String listener, String path) throws IOException {
        viewer = HttpViewer.open(listener, path).patient(PATIENCE);
        reading.start();
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    private void read() {
        long bytes = 0;
        long noted = -EVERY_MILLIS;
        try {
            while (!closing) {
                if (viewer.read(PACKET)[0] != 0x47) {
                    fault = "no packet begins at byte " + bytes;
                    return;
                }
                bytes += PACKET;
                long now = millis();
                if (now - noted >= EVERY_MILLIS) {
                    lines.add("position," + now + "," + bytes);
                    noted = now;
                }
            }
        } catch (IOException e) {
            fault = closing ? null : "at byte " + bytes + ": " + e.getMessage();
        }
    }

    /** Does something and notes when. */
    void during(String what, WatchedHeadend.Action action) throws Exception {
        long from = millis();
        action.run();
        lines.add("event," + from + "," + millis() + "," + what);
    }

    /** What was wrong with the stream, or null. */
    String fault() {
        return fault;
    }

    void write(Path table) throws IOException {
        Files.write(table, lines);
    }

    @Override
    public void close() throws IOException {
        closing = true;
        viewer.close();
    }
}
