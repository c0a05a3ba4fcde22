// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;

/** What the kernel says of a map: the beginning of {@code struct bpf_map_info}. */
record MapInfo(int type, int keyBytes, int valueBytes, int entries) {

    /** struct bpf_map_info: type 0, id 4, key_size 8, value_size 12, max_entries 16. */
    private static final int INFO_BYTES = 24;

    static MapInfo of(int fd, String name) throws KernelException {
        try (Memory info = new Memory(INFO_BYTES); NativeInt length = new NativeInt(INFO_BYTES)) {
            info.clear();
            Errno.checkBpf(LibBpf.bpf_obj_get_info_by_fd(fd, info, length.pointer()),
                    "bpf_obj_get_info_by_fd(" + name + ")");
            return new MapInfo(info.getInt(0), info.getInt(8), info.getInt(12), info.getInt(16));
        }
    }

    @Override
    public String toString() {
        return entries + " entries of " + valueBytes + " bytes for keys of " + keyBytes + ", type " + type;
    }
}
