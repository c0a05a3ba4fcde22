// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.Extent;
import io.tcpoffload.kernel.Device;
import java.util.Arrays;

/** Viewers that get the same bytes next, by headers of the same family and length on the same device. Reused. */
final class Bucket {

    private Object stream;
    private Device device;
    private int headerLength;
    private boolean ipv6;
    private int mss;
    private long position;
    private int memoryOffset;
    private int length;
    private ViewerSession[] viewers = new ViewerSession[16];
    private int count;

    void open(ViewerSession first, Extent extent, int bytes) {
        stream = first.source().stream();
        device = first.path().device();
        headerLength = first.path().headerLength();
        ipv6 = first.ipv6();
        mss = first.path().mss();
        position = extent.position();
        memoryOffset = extent.memoryOffset();
        length = bytes;
        count = 0;
    }

    boolean fits(ViewerSession viewer, long at, int bytes) {
        return position == at && length == bytes && stream == viewer.source().stream() && device == viewer.path().device()
                && headerLength == viewer.path().headerLength() && ipv6 == viewer.ipv6() && mss == viewer.path().mss();
    }

    void add(ViewerSession viewer) {
        if (count == viewers.length) {
            viewers = Arrays.copyOf(viewers, 2 * count);
        }
        viewers[count++] = viewer;
    }

    /** The same bytes, for others. */
    void clear() {
        count = 0;
    }

    Device device() {
        return device;
    }

    /** Stream offset of the first byte. */
    long position() {
        return position;
    }

    /** Where the first byte lies in the store's memory. */
    int memoryOffset() {
        return memoryOffset;
    }

    int length() {
        return length;
    }

    int count() {
        return count;
    }

    ViewerSession viewer(int i) {
        return viewers[i];
    }
}
