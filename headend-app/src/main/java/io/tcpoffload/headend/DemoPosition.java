// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * How far the demo's programme has come, in a file that outlives an update of the bundle, a restart of Karaf and a kill: the
 * demo goes on there, with the continuity counters and timestamps that its viewers expect. A file that is missing or damaged
 * means the beginning.
 */
final class DemoPosition {

    private final Path file;
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

    DemoPosition(Path file) {
        this.file = file;
    }

    /** In pieces; 0 if it is not known. */
    long read() {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            number.clear();
            return in.read(number) == Long.BYTES ? Math.max(0, number.getLong(0)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** In one write, which a kill does not tear. */
    void write(long position) {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.write(number.clear().putLong(position).flip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
