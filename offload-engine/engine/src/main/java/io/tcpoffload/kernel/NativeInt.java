// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** An int in native memory, for calls that take a pointer to one. */
final class NativeInt implements AutoCloseable {

    private final Memory cell = new Memory(Long.BYTES);

    NativeInt(int value) {
        cell.setLong(0, 0);
        cell.setInt(0, value);
    }

    Pointer pointer() {
        return cell;
    }

    int value() {
        return cell.getInt(0);
    }

    @Override
    public void close() {
        cell.close();
    }
}
