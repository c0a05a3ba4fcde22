// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.PrivateSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads files for private sources on a thread of its own, so that a slow disk does not stop the session loop. */
final class FileReads implements PrivateSource.Reader, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FileReads.class);

    private final Consumer<Runnable> loop;
    private final ExecutorService thread;

    /** @param loop runs a command on the session loop's thread */
    FileReads(Consumer<Runnable> loop) {
        this.loop = loop;
        /* A session has one read under way at most, so the queue is as long as the session table at most. */
        thread = OneThread.named("tcpoffload-files");
    }

    @Override
    public void read(FileChannel file, long offset, int length, Result result) {
        thread.execute(() -> {
            byte[] bytes = readAll(file, offset, length);
            loop.accept(() -> result.read(bytes));
        });
    }

    private static byte[] readAll(FileChannel file, long offset, int length) {
        byte[] bytes = new byte[length];
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        try {
            while (rest.hasRemaining()) {
                if (file.read(rest, offset + rest.position()) < 0) {
                    LOG.warn("A file has become shorter while it was sent: it ends at {}", offset + rest.position());
                    return null;
                }
            }
            return bytes;
        } catch (ClosedChannelException e) {
            return null; /* nobody wants it any more */
        } catch (IOException e) {
            LOG.warn("A file can't be read on: {}", e.toString());
            return null;
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
