// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;

/** BPF_PROG_TEST_RUN of a tc program on one packet that "arrives" on lo. */
final class ProgramRun {

    static final int UNSPEC = -1;
    static final int SHOT = 2;
    static final int STOLEN = 4;
    static final int REDIRECT = 7;

    private static final int OUT_BYTES = 4096;
    /** struct bpf_test_run_opts. */
    private static final int OPTIONS_BYTES = 80;
    /** struct __sk_buff: mark at 8, gso_segs 164, gso_size 176. */
    private static final int CONTEXT_BYTES = 192;

    private ProgramRun() {
    }

    /** @return the program's verdict */
    static int run(int program, byte[] packet, int mark) throws KernelException {
        return run(program, packet, mark, 0);
    }

    /**
     * @param segments how many were merged into the packet, 0 for none
     * @return the program's verdict
     */
    static int run(int program, byte[] packet, int mark, int segments) throws KernelException {
        return run(program, packet, mark, segments, null).verdict;
    }

    /** What became of a packet. */
    record Outcome(int verdict, byte[] packet) {
    }

    /** As it is afterwards, in at most {@link #OUT_BYTES}. */
    static Outcome transform(int program, byte[] packet) throws KernelException {
        try (Memory out = new Memory(OUT_BYTES)) {
            return run(program, packet, 0, 0, out);
        }
    }

    private static Outcome run(int program, byte[] packet, int mark, int segments, Memory out) throws KernelException {
        try (Memory options = new Memory(OPTIONS_BYTES); Memory in = new Memory(packet.length);
                Memory context = new Memory(CONTEXT_BYTES)) {
            in.write(0, packet, 0, packet.length);
            context.clear();
            context.setInt(8, mark);
            context.setInt(164, segments);
            context.setInt(176, segments > 0 ? 1448 : 0);
            options.clear();
            options.setLong(0, OPTIONS_BYTES);
            options.setPointer(8, in);
            options.setInt(24, packet.length);
            options.setPointer(32, context);
            options.setInt(48, CONTEXT_BYTES);
            if (out != null) {
                options.setPointer(16, out);
                options.setInt(28, OUT_BYTES);
            }
            Errno.checkBpf(LibBpf.bpf_prog_test_run_opts(program, options), "bpf_prog_test_run_opts");
            return new Outcome(options.getInt(56), out == null ? null : out.getByteArray(0, options.getInt(28)));
        }
    }
}
