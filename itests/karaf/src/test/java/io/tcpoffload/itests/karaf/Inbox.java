// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.karaf;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.HttpViewer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/**
 * A folder that a route publishes from, and the segments that are put there: packets of a transport stream (ISO/IEC
 * 13818-1 section 2.4.3.2), each with its number.
 */
final class Inbox {

    private static final int PACKET = 188;
    private static final int PACKETS = 500;
    private static final int PID = 0x100;
    private static final int NULL_PID = 0x1FFF;

    private final Path folder;
    private int packets;

    Inbox(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    static byte[] segment(int firstPacket) {
        ByteBuffer segment = ByteBuffer.allocate(PACKETS * PACKET);
        for (int i = firstPacket; i < firstPacket + PACKETS; i++) {
            segment.put(packet(i));
        }
        return segment.array();
    }

    private static byte[] packet(int number) {
        byte[] packet = new byte[PACKET];
        Arrays.fill(packet, (byte) number);
        ByteBuffer.wrap(packet).put((byte) 0x47).putShort((short) PID).put((byte) (0x10 | number & 0xF)).putInt(number);
        return packet;
    }

    /** Publishes the next segment. */
    void put() throws IOException {
        Path half = folder.resolve(".half");
        Files.write(half, segment(packets));
        Files.move(half, folder.resolve("%09d.ts".formatted(packets)), StandardCopyOption.ATOMIC_MOVE);
        packets += PACKETS;
    }

    /** A viewer of the channel, when all is published, who begins with the newest segment. */
    Watching watch(String listener, String path) throws IOException {
        Await.until("the route publishes what is in " + folder, () -> {
            try (var files = Files.list(folder)) {
                return files.noneMatch(file -> file.toString().endsWith(".ts"));
            }
        });
        HttpViewer[] viewer = new HttpViewer[1];
        Await.until(path + " can be watched", () -> {
            viewer[0] = HttpViewer.open(listener, path);
            return true;
        });
        var watching = new Watching(viewer[0], packets - PACKETS);
        watching.catchUp();
        return watching;
    }

    /** A viewer, and how far it has come. */
    final class Watching implements AutoCloseable {

        private final HttpViewer viewer;
        private int next;

        private Watching(HttpViewer viewer, int next) {
            this.viewer = viewer;
            this.next = next;
        }

        /** Reads all that was published, to the byte; null packets in between keep a viewer while nothing is. */
        void catchUp() throws IOException {
            for (; next < packets; next++) {
                byte[] packet;
                do {
                    packet = viewer.read(PACKET);
                } while ((ByteBuffer.wrap(packet).getShort(1) & NULL_PID) == NULL_PID);
                if (!Arrays.equals(packet(next), packet)) {
                    throw new AssertionError("packet " + ByteBuffer.wrap(packet).getInt(4) + " where " + next + " is next");
                }
            }
        }

        @Override
        public void close() throws IOException {
            viewer.close();
        }
    }
}
