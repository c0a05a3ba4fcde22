// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Scanner;
import java.util.concurrent.locks.LockSupport;

/** Datagrams there and back. Without arguments it answers; with those of the other end it asks. */
final class UdpEcho {

    static final int PORT = 7;
    private static final int QUIET_MILLIS = 300;
    private static final int BUFFER = 4 << 20;

    private UdpEcho() {
    }

    /**
     * Argument: the address to ask. Commands: {@code COUNT INTERVAL_US}, answered with
     * {@code sent=9 answers=8 fastest_us=30050 median_us=30090}.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        DatagramSocket socket = args.length == 0 ? new DatagramSocket(PORT) : new DatagramSocket();
        socket.setReceiveBufferSize(BUFFER);
        if (args.length == 0) {
            Thread answering = new Thread(() -> answer(socket));
            answering.setDaemon(true);
            answering.start();
            System.out.println("ready");
            new Scanner(System.in).forEachRemaining(line -> { });
            return;
        }
        System.out.println("ready");
        socket.connect(new InetSocketAddress(args[0], PORT));
        var commands = new Scanner(System.in);
        while (commands.hasNextLine()) {
            String[] words = commands.nextLine().split(" ");
            ask(socket, Integer.parseInt(words[0]), Long.parseLong(words[1]));
            System.out.println("end");
        }
    }

    private static void answer(DatagramSocket socket) {
        var packet = new DatagramPacket(new byte[Long.BYTES], Long.BYTES);
        try {
            while (true) {
                socket.receive(packet);
                socket.send(packet);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void ask(DatagramSocket socket, int count, long intervalMicros) throws IOException, InterruptedException {
        long[] micros = new long[2 * count];
        int[] answers = {0};
        Thread reader = new Thread(() -> answers[0] = read(socket, micros));
        reader.start();
        for (int i = 0; i < count; i++) {
            byte[] time = ByteBuffer.allocate(Long.BYTES).putLong(System.nanoTime()).array();
            socket.send(new DatagramPacket(time, time.length));
            LockSupport.parkNanos(intervalMicros * 1000);
        }
        reader.join();
        Arrays.sort(micros, 0, answers[0]);
        System.out.println("sent=" + count + " answers=" + answers[0] + " fastest_us=" + micros[0] + " median_us="
                + micros[answers[0] / 2]);
    }

    private static int read(DatagramSocket socket, long[] micros) {
        var packet = new DatagramPacket(new byte[Long.BYTES], Long.BYTES);
        int n = 0;
        try {
            socket.setSoTimeout(QUIET_MILLIS);
            while (n < micros.length) {
                socket.receive(packet);
                micros[n++] = (System.nanoTime() - ByteBuffer.wrap(packet.getData()).getLong()) / 1000;
            }
        } catch (SocketTimeoutException e) {
            return n;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return n;
    }
}
