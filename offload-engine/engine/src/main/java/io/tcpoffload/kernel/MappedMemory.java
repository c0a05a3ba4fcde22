// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** Shared memory of a map or a ring as a buffer. */
final class MappedMemory implements AutoCloseable {

    private static final long FAILED = -1;

    private final Pointer address;
    private final long length;
    private final ByteBuffer buffer;

    MappedMemory(String what, int fd, long offset, long length, int protection) throws KernelException {
        address = Libc.mmap(null, length, protection, Libc.MAP_SHARED, fd, offset);
        if (Pointer.nativeValue(address) == FAILED) {
            throw Errno.failure("mmap(" + what + ", " + length + " bytes)", Native.getLastError());
        }
        this.length = length;
        this.buffer = address.getByteBuffer(0, length);
    }

    /** Where it begins. */
    long address() {
        return Pointer.nativeValue(address);
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /**
     * Puts empty memory in place of the mapping: the kernel's object is released, and a late reader sees zeros instead
     * of ending the JVM. The address range stays reserved; pages that nobody touches cost nothing.
     */
    @Override
    public void close() {
        Libc.mmap(address, length, Libc.PROT_READ | Libc.PROT_WRITE,
                Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED, -1, 0);
    }
}
