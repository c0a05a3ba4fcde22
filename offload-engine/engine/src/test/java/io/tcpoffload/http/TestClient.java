// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A viewer on an ordinary socket, byte by byte. */
public final class TestClient implements AutoCloseable {

    private static final int TIMEOUT_MS = 10_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    public TestClient(InetSocketAddress address) throws IOException {
        this(address, 0);
    }

    /** @param receiveBuffer bytes, 0 for the system's default */
    public TestClient(InetSocketAddress address, int receiveBuffer) throws IOException {
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(address, TIMEOUT_MS);
        in = socket.getInputStream();
    }

    public Socket socket() {
        return socket;
    }

    public TestClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    public TestClient get(String path) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: tv.example:8080\r\n\r\n");
    }

    /** Up to and with the empty line. */
    public String head() throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("after '" + head + "'");
            }
            head.append((char) c);
        }
        return head.toString();
    }

    public byte[] body(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    /** Everything up to the end of the stream. */
    public byte[] rest() throws IOException {
        return in.readAllBytes();
    }

    public String all() throws IOException {
        return new String(rest(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
