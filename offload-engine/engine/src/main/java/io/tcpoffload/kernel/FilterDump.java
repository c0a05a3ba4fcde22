// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;

/** Asks the kernel by netlink ({@code linux/rtnetlink.h}) how many filters a device's clsact qdisc has. */
final class FilterDump {

    private static final int NETLINK_ROUTE = 0;
    private static final short RTM_NEWTFILTER = 44;
    private static final short RTM_GETTFILTER = 46;
    private static final short NLMSG_ERROR = 2;
    private static final short NLMSG_DONE = 3;
    private static final short REQUEST_DUMP = 1 | 0x300;
    /** TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) and ..._EGRESS. */
    private static final int[] PARENTS = {0xFFFFFFF2, 0xFFFFFFF3};

    /** struct nlmsghdr 16: len 0, type 4, flags 6; struct tcmsg 20: family 0, ifindex 4, handle 8, parent 12. */
    private static final int REQUEST_BYTES = 36;
    private static final int REPLY_BYTES = 64 * 1024;

    private FilterDump() {
    }

    /** Filters on ingress and egress; -1 when the kernel does not say, as when the device is gone. */
    static int count(int ifindex) {
        int fd = Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, NETLINK_ROUTE);
        if (fd < 0) {
            return -1;
        }
        try (Memory buffer = new Memory(REPLY_BYTES)) {
            int all = 0;
            for (int parent : PARENTS) {
                int some = count(fd, buffer, ifindex, parent);
                if (some < 0) {
                    return -1;
                }
                all += some;
            }
            return all;
        } finally {
            Libc.close(fd);
        }
    }

    private static int count(int fd, Memory buffer, int ifindex, int parent) {
        buffer.setMemory(0, REQUEST_BYTES, (byte) 0);
        buffer.setInt(0, REQUEST_BYTES);
        buffer.setShort(4, RTM_GETTFILTER);
        buffer.setShort(6, REQUEST_DUMP);
        buffer.setInt(20, ifindex);
        buffer.setInt(28, parent);
        if (Libc.send(fd, buffer, REQUEST_BYTES, 0) != REQUEST_BYTES) {
            return -1;
        }
        int filters = 0;
        while (true) {
            long got = Libc.recv(fd, buffer, REPLY_BYTES, 0);
            if (got <= 0) {
                return -1;
            }
            for (long at = 0; at + 16 <= got; at += Math.max(16, buffer.getInt(at) + 3 & ~3)) {
                short type = buffer.getShort(at + 4);
                if (type == NLMSG_DONE) {
                    return filters;
                }
                if (type == NLMSG_ERROR) {
                    return -1;
                }
                if (type == RTM_NEWTFILTER) {
                    filters++;
                }
            }
        }
    }
}
