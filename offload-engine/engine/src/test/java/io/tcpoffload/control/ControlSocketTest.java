// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.OffloadException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlSocketTest {

    @TempDir
    Path directory;

    private ControlSocket open(Path path) {
        return ControlSocket.open(path, line -> "got " + line);
    }

    private static final class Client implements AutoCloseable {

        private final SocketChannel socket;
        private final BufferedReader answers;

        Client(Path path) throws IOException {
            socket = SocketChannel.open(UnixDomainSocketAddress.of(path));
            answers = new BufferedReader(Channels.newReader(socket, StandardCharsets.UTF_8));
        }

        void say(String text) throws IOException {
            socket.write(StandardCharsets.UTF_8.encode(text));
        }

        String hear() throws IOException {
            return answers.readLine();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void answersEachLineOfManyClients() throws IOException {
        Path path = directory.resolve("s");
        try (ControlSocket socket = open(path); Client one = new Client(path); Client other = new Client(path)) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            one.say("a\nb");
            other.say("c\r\n\n");
            assertEquals("got a", one.hear());
            assertEquals("got c", other.hear());
            one.say("b\nlast\n");
            assertEquals("got bb", one.hear());
            assertEquals("got last", one.hear());
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void aLineThatIsTooLongEndsItsClient() throws IOException {
        Path path = directory.resolve("s");
        try (ControlSocket socket = open(path); Client client = new Client(path); Client other = new Client(path)) {
            client.say("x".repeat(LineAnswers.MAX_LINE_BYTES + 1) + "\n");
            assertEquals("error a line is too long: at most 8192 bytes may be", client.hear());
            assertEquals(null, client.hear());
            other.say("still\n");
            assertEquals("got still", other.hear());
        }
    }

    @Test
    void clientsAreBounded() throws IOException {
        Path path = directory.resolve("s");
        List<Client> clients = new ArrayList<>();
        try (ControlSocket socket = open(path)) {
            for (int i = 0; i < ControlSocket.MAX_CLIENTS; i++) {
                Client client = new Client(path);
                clients.add(client);
                client.say("hello\n");
                assertEquals("got hello", client.hear());
            }
            try (Client one = new Client(path)) {
                assertEquals("error 256 clients are connected: at most 256 may be", one.hear());
                assertEquals(null, one.hear());
            }
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
    }

    @Test
    void replacesWhatADeadEngineLeftAndNothingElse() throws IOException {
        Path path = directory.resolve("s");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        assertTrue(Files.exists(path));
        try (ControlSocket socket = open(path)) {
            OffloadException refused = assertThrows(OffloadException.class, () -> open(path));
            assertEquals("control '" + path + "' is served by another process: stop it, or give another path",
                    refused.getMessage());
            try (Client client = new Client(path)) {
                client.say("x\n");
                assertEquals("got x", client.hear());
            }
        }
        Path file = Files.writeString(directory.resolve("file"), "precious");
        assertThrows(OffloadException.class, () -> open(file));
        assertEquals("precious", Files.readString(file));
        assertThrows(OffloadException.class, () -> open(directory.resolve("no/such/directory")));
    }
}
