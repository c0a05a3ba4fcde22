// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Native;

/** The one place where an error number becomes an exception, with the call and its arguments. */
final class Errno {

    static final int EPERM = 1;
    static final int ESRCH = 3;
    static final int EBADF = 9;
    static final int ENOENT = 2;
    static final int EAGAIN = 11;
    static final int EEXIST = 17;
    static final int E2BIG = 7;
    static final int ENOTSOCK = 88;

    private Errno() {
    }

    /** Result of a C library call that says -1 and sets errno. */
    static int check(int result, String call) throws KernelException {
        if (result == -1) {
            throw failure(call, Native.getLastError());
        }
        return result;
    }

    /** Result of a libbpf call that returns a negative errno. */
    static int checkBpf(int result, String call) throws KernelException {
        if (result < 0) {
            throw failure(call, -result);
        }
        return result;
    }

    static KernelException failure(String call, int errno) {
        return failure(call, errno, "");
    }

    static KernelException failure(String call, int errno, String log) {
        String hint = errno == EPERM ? ": run as root or give CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF and CAP_PERFMON" : "";
        return new KernelException(call + " failed: " + Libc.strerror(errno) + " (errno " + errno + ")" + hint, log);
    }
}
