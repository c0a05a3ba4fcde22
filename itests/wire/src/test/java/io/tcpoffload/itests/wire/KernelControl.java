// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.Await;
import io.tcpoffload.itests.Fields;
import io.tcpoffload.itests.KernelSender;
import io.tcpoffload.itests.Stream;
import java.util.Arrays;

/** A connection of the kernel sender. */
final class KernelControl implements Control {

    /** What is damaged is not counted. */
    private static final long SETTLED_MS = 1000;

    private final KernelSender sender;
    private final int fd;

    KernelControl(KernelSender sender, int fd) {
        this.sender = sender;
        this.fd = fd;
    }

    @Override
    public void write(int bytes) {
        sender.write(fd, bytes);
    }

    @Override
    public void shutdown() {
        sender.shutdown(fd);
    }

    @Override
    public void close() {
        sender.close(fd);
    }

    @Override
    public void abort() {
        sender.abort(fd);
    }

    @Override
    public String fault(byte[] stream) {
        return difference(stream, Stream.bytes(0, (stream.length + 3) / 4 * 4).array());
    }

    static String difference(byte[] got, byte[] right) {
        int at = Arrays.mismatch(got, Arrays.copyOf(right, got.length));
        return at < 0 ? null : "byte " + at + " is wrong";
    }

    @Override
    public boolean alive() {
        return !isGone(sender.info(fd));
    }

    @Override
    public long settle(long segments) {
        Fields info = sender.info(fd);
        for (int i = 0; i < SETTLED_MS && !isGone(info) && info.number("in") < segments; i++) {
            Await.sleep(1);
            info = sender.info(fd);
        }
        return isGone(info) ? UNKNOWN : info.number("out");
    }

    private static boolean isGone(Fields info) {
        return "gone".equals(info.text("state"));
    }

    @Override
    public long cwnd() {
        return sender.info(fd).number("cwnd");
    }
}
