// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A response as a client reads it off a connection that goes on. */
record TestReply(String head, byte[] body) {

    /** @param withBody false for the answer to HEAD */
    static TestReply read(TestClient client, boolean withBody) throws IOException {
        String head = client.head();
        String length = new TestReply(head, null).field("content-length");
        return new TestReply(head, withBody && length != null ? client.body(Integer.parseInt(length)) : new byte[0]);
    }

    static TestReply get(TestClient client, String path, String fields) throws IOException {
        return read(client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"), true);
    }

    int status() {
        return Integer.parseInt(head.substring(9, 12));
    }

    /** Null if there is none. */
    String field(String name) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ": ")) {
                return line.substring(name.length() + 2);
            }
        }
        return null;
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
