// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The bytes of a pinned {@link EngineDescriptor}, mapped beside the engine. */
final class PinnedEngine implements AutoCloseable {

    private final int fd;
    private final MappedMemory memory;

    PinnedEngine(String instance) throws KernelException {
        fd = Errno.checkBpf(LibBpf.bpf_obj_get(PinDirectory.ROOT.resolve(instance + "/engine").toString()), "engine");
        memory = new MappedMemory("engine", fd, 0, EngineDescriptor.BYTES, Libc.PROT_READ | Libc.PROT_WRITE);
    }

    ByteBuffer state() {
        return memory.buffer().order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        memory.close();
        Libc.close(fd);
    }
}
