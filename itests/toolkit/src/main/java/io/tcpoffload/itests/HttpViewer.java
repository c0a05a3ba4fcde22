// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** One viewer on an ordinary socket. */
public final class HttpViewer implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private final String head;

    private HttpViewer(Socket socket, InputStream in, String head) {
        this.socket = socket;
        this.in = in;
        this.head = head;
    }

    /**
     * Asks for a path and reads the response head.
     *
     * @param listener {@code host:port}
     * @throws IOException if the answer is another than 200
     */
    public static HttpViewer open(String listener, String path) throws IOException {
        int colon = listener.lastIndexOf(':');
        Socket socket = new Socket();
        try {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(listener.substring(0, colon),
                    Integer.parseInt(listener.substring(colon + 1))), TIMEOUT_MILLIS);
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: " + listener + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = new BufferedInputStream(socket.getInputStream());
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int b = in.read();
                if (b < 0) {
                    throw new EOFException("in the response head: " + head);
                }
                head.append((char) b);
            }
            if (!head.toString().startsWith("HTTP/1.1 200 ")) {
                throw new IOException(path + ": " + head.substring(0, head.indexOf("\r\n")));
            }
            return new HttpViewer(socket, in, head.toString());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** How long it waits for bytes from now on; ten seconds at first. */
    public HttpViewer patient(Duration most) throws IOException {
        socket.setSoTimeout((int) most.toMillis());
        return this;
    }

    /** The response head, with its empty line. */
    public String head() {
        return head;
    }

    /** The next bytes of the body; fails if they do not come in time. */
    public byte[] read(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the stream ended after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
