// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.CopyOnWriteArrayList;

/** The control: {@link Stream} by ordinary sockets, to those that are there when {@code publish BYTES} is read. */
final class KernelServer {

    private static final int PIECE = 13160;
    /** Between pieces of a viewer: unpaced, fifty of them overflow the queue of packets between the two ends. */
    private static final long PAUSE_MILLIS = 5;

    private final List<Socket> viewers = new CopyOnWriteArrayList<>();

    /** Arguments: address and port to listen on. */
    public static void main(String[] args) throws IOException {
        KernelServer server = new KernelServer();
        ServerSocket listener = new ServerSocket(Integer.parseInt(args[1]), 2000, InetAddress.getByName(args[0]));
        Thread acceptor = new Thread(() -> server.accept(listener));
        acceptor.setDaemon(true);
        acceptor.start();
        System.out.println("ready");
        var commands = new Scanner(System.in);
        while (commands.hasNextLine()) {
            server.publish(Integer.parseInt(commands.nextLine().split(" ")[1]));
            System.out.println("end");
        }
        for (Socket viewer : server.viewers) {
            viewer.close();
        }
    }

    private void accept(ServerSocket listener) {
        try {
            while (true) {
                Socket viewer = listener.accept();
                viewer.setTcpNoDelay(true);
                var in = viewer.getInputStream();
                for (int newlines = 0; newlines < 2;) {
                    int b = in.read();
                    newlines = b == '\n' ? newlines + 1 : b == '\r' ? newlines : 0;
                }
                viewer.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                viewers.add(viewer);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A thread a viewer, so that one who takes nothing holds nobody up. */
    private void publish(int bytes) {
        for (Socket viewer : viewers) {
            Thread writer = new Thread(() -> publish(viewer, bytes));
            writer.setDaemon(true);
            writer.start();
        }
    }

    private static void publish(Socket viewer, int bytes) {
        try {
            for (int at = 0; at < bytes; at += PIECE) {
                viewer.getOutputStream().write(Stream.bytes(at, Math.min(PIECE, bytes - at)).array());
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (IOException | InterruptedException e) {
            System.err.println(viewer + ": " + e.getMessage());
        }
    }
}
