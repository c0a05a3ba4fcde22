// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;

/**
 * A filter of ours on a device's clsact qdisc: one of our programs, one way. Priority is the same for all instances, the
 * handle is the instance's: two installations share a device, and a restart after a kill replaces its own stale filter.
 */
final class TrafficFilter implements AutoCloseable {

    /** Early: others' filters usually start at 1 and go on at 49152, tc's own choice. */
    static final int PRIORITY = 1984;

    /** enum bpf_tc_attach_point. */
    static final int INGRESS = 1;
    static final int EGRESS = 2;

    private static final int REPLACE = 1;

    /** struct bpf_tc_hook: sz 0, ifindex 8, attach_point 12, parent 16. */
    private static final int HOOK_BYTES = 24;
    /** struct bpf_tc_opts: sz 0, prog_fd 8, flags 12, prog_id 16, handle 20, priority 24. */
    private static final int OPTIONS_BYTES = 32;

    private static final String CLSACT = "clsact";

    private final String device;
    private final int ifindex;
    private final int point;
    private final int handle;

    private TrafficFilter(String device, int ifindex, int point, int handle) {
        this.device = device;
        this.ifindex = ifindex;
        this.point = point;
        this.handle = handle;
    }

    /** A handle of 1 to 2^31 - 1 for an instance name. */
    static int handle(String instance) {
        int hash = instance.hashCode() & Integer.MAX_VALUE;
        return hash == 0 ? 1 : hash;
    }

    static TrafficFilter attach(String device, int ifindex, int point, int handle, int program) throws KernelException {
        TrafficFilter filter = new TrafficFilter(device, ifindex, point, handle);
        try (LibBpfLog log = new LibBpfLog()) {
            int made = filter.qdisc(true);
            if (made == 0) {
                PinDirectory.remember(CLSACT, ifindex);
            } else if (made != -Errno.EEXIST) {
                throw Errno.failure("making the clsact qdisc on " + device, -made, log.text());
            }
            try (Memory hook = hook(ifindex, point); Memory options = filter.options(program, REPLACE)) {
                int result = LibBpf.bpf_tc_attach(hook, options);
                if (result < 0) {
                    filter.close();
                    throw Errno.failure("attaching the " + (point == INGRESS ? KernelObject.HOOK : KernelObject.BUILDER)
                            + " to " + device, -result, log.text());
                }
            }
        }
        return filter;
    }

    /** The filter of one of our programs that a former engine left on the device, or null. */
    static TrafficFilter find(String device, int point, int handle) {
        int ifindex = Libc.if_nametoindex(device);
        TrafficFilter filter = new TrafficFilter(device, ifindex, point, handle);
        try (LibBpfLog quiet = new LibBpfLog(); Memory hook = hook(ifindex, point); Memory options = filter.options(0, 0)) {
            return ifindex != 0 && LibBpf.bpf_tc_query(hook, options) == 0 ? filter : null;
        }
    }

    private int qdisc(boolean make) {
        try (Memory hook = hook(ifindex, INGRESS | EGRESS)) {
            return make ? LibBpf.bpf_tc_hook_create(hook) : LibBpf.bpf_tc_hook_destroy(hook);
        }
    }

    private static Memory hook(int ifindex, int point) {
        Memory hook = new Memory(HOOK_BYTES);
        hook.clear();
        hook.setLong(0, HOOK_BYTES);
        hook.setInt(8, ifindex);
        hook.setInt(12, point);
        return hook;
    }

    private Memory options(int program, int flags) {
        Memory options = new Memory(OPTIONS_BYTES);
        options.clear();
        options.setLong(0, OPTIONS_BYTES);
        options.setInt(8, program);
        options.setInt(12, flags);
        options.setInt(20, handle);
        options.setInt(24, PRIORITY);
        return options;
    }

    String device() {
        return device;
    }

    int point() {
        return point;
    }

    /** Takes the filter off; the qdisc too when one of our instances made it and nobody has a filter left there. */
    @Override
    public void close() {
        try (LibBpfLog quiet = new LibBpfLog(); Memory hook = hook(ifindex, point); Memory options = options(0, 0)) {
            LibBpf.bpf_tc_detach(hook, options);
            if (FilterDump.count(ifindex) == 0) {
                LoopbackRouting.restore(device, ifindex);
                if (PinDirectory.remembers(CLSACT, ifindex)) {
                    qdisc(false);
                    PinDirectory.forget(CLSACT, ifindex);
                }
            }
        }
    }
}
