// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Speaks to an engine's control socket: a line in, a line out. Safe from several threads. */
public final class ControlClient implements AutoCloseable {

    private final SocketChannel channel;
    private final BufferedReader in;

    public ControlClient(Path path) {
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(path));
            in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    /** The answer, whatever it is. */
    public synchronized String ask(String line) {
        try {
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
            String answer = in.readLine();
            if (answer == null) {
                throw new IllegalStateException("the engine has closed the control socket");
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(line, e);
        }
    }

    /** What follows {@code ok}; fails on any other answer. */
    public String order(String line) {
        String answer = ask(line);
        if (!answer.startsWith("ok")) {
            throw new IllegalStateException(line + ": " + answer);
        }
        return answer.substring("ok".length()).strip();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
