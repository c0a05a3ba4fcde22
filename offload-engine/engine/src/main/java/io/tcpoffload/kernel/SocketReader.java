// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * What no socket option tells of a connected socket of this network namespace ({@code socket.bpf.c}). One thread at a
 * time.
 */
public final class SocketReader implements AutoCloseable {

    static final String RESOURCE = "socket.bpf.o";
    private static final String PROGRAM = "read_socket";

    /** {@code struct query}, behind what stands for an Ethernet header. */
    private static final int QUERY = 16;
    private static final int LOCAL = QUERY + 16;
    private static final int REMOTE_PORT = QUERY + 32;
    private static final int LOCAL_PORT = QUERY + 34;
    private static final int IPV6 = QUERY + 36;
    private static final int FOUND = QUERY + 40;
    private static final int TS_RECENT = QUERY + 44;
    private static final int TS_RECENT_STAMP = QUERY + 48;
    private static final int TS_OFFSET = QUERY + 52;
    private static final int BYTES = QUERY + 56;

    /** A protocol that is none, so that the kernel does not look for an IP header. */
    private static final byte[] ETHER_TYPE = {(byte) 0x88, (byte) 0xB5};

    /** {@code struct bpf_test_run_opts}. */
    private static final int OPTIONS_BYTES = 80;

    private final Pointer object;
    private final int program;
    private final Memory packet = new Memory(BYTES);
    private final Memory answer = new Memory(BYTES);
    private final Memory options = new Memory(OPTIONS_BYTES);

    private SocketReader(Pointer object, int program) {
        this.object = object;
        this.program = program;
    }

    /** @throws KernelException when the kernel does not tell its types (CONFIG_DEBUG_INFO_BTF) */
    public static SocketReader open() throws KernelException {
        byte[] image = KernelObject.image(RESOURCE);
        try (Memory bytes = new Memory(image.length); LibBpfLog log = new LibBpfLog()) {
            bytes.write(0, image, 0, image.length);
            Pointer object = LibBpf.bpf_object__open_mem(bytes, image.length, null);
            if (object == null) {
                throw Errno.failure("bpf_object__open_mem(" + RESOURCE + ")", Native.getLastError(), log.text());
            }
            int result = LibBpf.bpf_object__load(object);
            if (result < 0) {
                LibBpf.bpf_object__close(object);
                throw Errno.failure("bpf_object__load(" + RESOURCE + ")", -result, log.text());
            }
            return new SocketReader(object,
                    LibBpf.bpf_program__fd(LibBpf.bpf_object__find_program_by_name(object, PROGRAM)));
        }
    }

    /**
     * What only the kernel knows.
     *
     * @param tsRecent   the peer's last timestamp, which segments to it echo
     * @param tsReceived whether there was one
     * @param tsOffset   TSval = CLOCK_MONOTONIC in milliseconds + this
     */
    record Hidden(int tsRecent, boolean tsReceived, int tsOffset) {
    }

    /** Null when there is no such socket. */
    Hidden read(InetSocketAddress local, InetSocketAddress remote) throws KernelException {
        packet.clear();
        packet.write(12, ETHER_TYPE, 0, ETHER_TYPE.length);
        packet.write(QUERY, remote.getAddress().getAddress(), 0, remote.getAddress().getAddress().length);
        packet.write(LOCAL, local.getAddress().getAddress(), 0, local.getAddress().getAddress().length);
        setPort(REMOTE_PORT, remote.getPort());
        setPort(LOCAL_PORT, local.getPort());
        packet.setInt(IPV6, remote.getAddress() instanceof Inet6Address ? 1 : 0);
        options.clear();
        options.setLong(0, OPTIONS_BYTES);
        options.setPointer(8, packet);
        options.setPointer(16, answer);
        options.setInt(24, BYTES);
        options.setInt(28, BYTES);
        Errno.checkBpf(LibBpf.bpf_prog_test_run_opts(program, options), "bpf_prog_test_run_opts(" + PROGRAM + ")");
        return options.getInt(56) != 0 || answer.getInt(FOUND) == 0 ? null
                : new Hidden(answer.getInt(TS_RECENT), answer.getInt(TS_RECENT_STAMP) != 0, answer.getInt(TS_OFFSET));
    }

    private void setPort(int at, int port) {
        packet.setByte(at, (byte) (port >>> 8));
        packet.setByte(at + 1, (byte) port);
    }

    @Override
    public void close() {
        LibBpf.bpf_object__close(object);
    }
}
