// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import io.netty.channel.Channel;
import java.nio.channels.FileChannel;

/** Sends most of a response with a file, on a connection that goes on afterwards. Thread-safe. */
public interface FileTransport {

    /** Sends nothing. */
    FileTransport NONE = new FileTransport() {
        @Override
        public boolean wants(long bytes) {
            return false;
        }

        @Override
        public void send(Reply reply, Outcome outcome) {
            throw new UnsupportedOperationException();
        }
    };

    /**
     * What is to be sent.
     *
     * @param socket  open, registered with no event loop, with nothing unread that was read before. Its own again when
     *                refused, else the transport closes it
     * @param head    of the response
     * @param file    the caller's to close, when it is told what has become of it
     * @param offset  of the first byte
     * @param length  bytes, 1 or more. The response's end is left to whoever goes on: a client that had all of it could say
     *                something before anybody listens
     */
    record Reply(Channel socket, byte[] head, FileChannel file, long offset, long length) {
    }

    /** What has become of it; one of these, once, on any thread; must not block. */
    interface Outcome {

        /**
         * The connection goes on with another socket.
         *
         * @param fd   its descriptor, non-blocking, the callee's to close
         * @param sent bytes of the file that are on their way, all of them or, if the client has said something, fewer
         */
        void goesOn(int fd, long sent);

        /** The connection has ended. */
        void over();

        /** Nothing was sent. */
        void refused(String reason);
    }

    /** Whether a file of so many bytes is better sent by this than by the kernel. */
    boolean wants(long bytes);

    void send(Reply reply, Outcome outcome);
}
