// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads captures of Ethernet and TUN devices as tcpdump writes them here: pcap, little-endian (draft-ietf-opsawg-pcap). */
public final class PcapFile {

    private static final int FILE_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final int MAGIC = 0xa1b2c3d4;
    private static final int LINK_TYPE = 20;
    private static final int ETHERNET = 1;
    private static final int RAW_IP = 101;

    private PcapFile() {
    }

    /** Hands every frame over, in the order of capture. */
    public static void read(Path file, Consumer<Frame> frames) {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
            ByteBuffer header = take(in, FILE_HEADER);
            int link = header.getInt(LINK_TYPE);
            if (header.getInt(0) != MAGIC || link != ETHERNET && link != RAW_IP) {
                throw new IllegalArgumentException(file + " is not a little-endian pcap file of Ethernet or IP packets");
            }
            for (int number = 1;; number++) {
                int length;
                try {
                    length = take(in, RECORD_HEADER).getInt(8);
                } catch (EOFException e) {
                    return;
                }
                frames.accept(new Frame(number, take(in, length).order(ByteOrder.BIG_ENDIAN), link == ETHERNET));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer take(DataInputStream in, int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
