// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MediaChannelTest {

    private static final int STORE = 8 << 20;

    @TempDir
    Path directory;

    private final Extent extent = new Extent();

    private MediaChannel open() {
        var channel = new MediaChannel(ChannelSpec.channel("leak-check").withStoreBytes(STORE), directory);
        for (int i = 0; i < 8; i++) {
            channel.store().append(Pattern.buffer(channel.store().head(), 1 << 20), true);
        }
        return channel;
    }

    /** KiB of the deleted store's pages mapped by this process (proc(5), smaps). */
    private long residentKib() throws IOException {
        long sum = 0;
        boolean ours = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                ours = line.contains(directory.toString());
            } else if (ours && line.startsWith("Rss:")) {
                sum += Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return sum;
    }

    @Test
    void givesItsMemoryBackWhenItCloses() throws IOException {
        var channel = open();
        assertTrue(residentKib() >= STORE / 1024);
        channel.close();
        channel.close();
        assertTrue(residentKib() <= 8, residentKib() + " KiB left");
        try (var left = Files.list(directory)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void keepsItsMemoryUntilTheLastViewerHasLeft() throws IOException {
        var channel = open();
        Cursor cursor = channel.openCursor();
        channel.close();
        assertEquals(Step.DATA, cursor.next(extent));
        assertEquals(Pattern.at(extent.position()), channel.store().memory().get(extent.memoryOffset()));
        assertTrue(channel.store().stillValid(extent.position()));
        cursor.close();
        assertTrue(residentKib() <= 8, residentKib() + " KiB left");
        assertFalse(channel.store().stillValid(extent.position()), "a late reader takes no zeros for media");
    }

    @Test
    void aViewerThatComesTooLateIsClosed() {
        var channel = open();
        channel.close();
        assertEquals(Step.CLOSE, channel.openCursor().next(extent));
    }
}
