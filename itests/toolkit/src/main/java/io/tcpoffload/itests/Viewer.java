// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

/**
 * What a viewer got so far.
 *
 * @param id       from 0 on, in the order of opening
 * @param port     its own TCP port
 * @param status   HTTP status, 0 before the response head
 * @param start    stream position of its first byte
 * @param end      stream position after its last byte
 * @param received body bytes
 * @param skips    jumps forward to another true position
 * @param mismatch offset in the body of the first wrong byte, -1 for none
 * @param state    connecting, head, open, eof, reset, failed or closed
 */
public record Viewer(int id, int port, int status, long start, long end, long received, int skips, long mismatch,
        String state) {

    static Viewer parse(String line) {
        Fields f = new Fields(line);
        return new Viewer(Integer.parseInt(line.split(" ")[1]), (int) f.number("port"), (int) f.number("status"),
                f.number("start"), f.number("end"), f.number("received"), (int) f.number("skips"),
                f.number("mismatch"), f.text("state"));
    }

    /** Whether every byte was right and none left out. */
    public boolean exact() {
        return mismatch < 0 && skips == 0 && end - start == received;
    }
}
