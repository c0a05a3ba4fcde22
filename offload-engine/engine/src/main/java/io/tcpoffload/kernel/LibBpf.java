// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Callback;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** libbpf 1.x (Debian: libbpf1, comes with iproute2). Ints below zero are negative errnos. */
final class LibBpf {

    /** Not {@code bpf}: without the development package only this name exists. */
    static final String LIBRARY = "libbpf.so.1";

    static final int MAP_TYPE_HASH = 1;
    static final int MAP_TYPE_ARRAY = 2;

    static {
        Native.register(LibBpf.class, LIBRARY);
    }

    private LibBpf() {
    }

    /** {@code libbpf_print_fn_t}; a va_list travels as a pointer on both x86-64 and arm64. */
    interface PrintFunction extends Callback {
        int print(int level, Pointer format, Pointer arguments);
    }

    static native String libbpf_version_string();

    static native Pointer libbpf_set_print(PrintFunction function);

    static native Pointer bpf_object__open_mem(Pointer image, long size, Pointer options);

    static native int bpf_object__load(Pointer object);

    static native void bpf_object__close(Pointer object);

    static native Pointer bpf_object__find_map_by_name(Pointer object, String name);

    static native Pointer bpf_object__find_program_by_name(Pointer object, String name);

    static native int bpf_map__set_max_entries(Pointer map, int entries);

    static native int bpf_map__set_initial_value(Pointer map, Pointer data, long size);

    static native int bpf_map__fd(Pointer map);

    static native int bpf_map__reuse_fd(Pointer map, int fd);

    static native int bpf_program__fd(Pointer program);

    static native int bpf_obj_pin(int fd, String path);

    static native int bpf_obj_get(String path);

    static native int bpf_obj_get_info_by_fd(int fd, Pointer info, Pointer length);

    static native int bpf_map_create(int type, String name, int keySize, int valueSize, int entries, Pointer options);

    static native int bpf_map_update_elem(int fd, Pointer key, Pointer value, long flags);

    static native int bpf_map_lookup_elem(int fd, Pointer key, Pointer value);

    static native int bpf_map_delete_elem(int fd, Pointer key);

    static native int bpf_map_get_next_key(int fd, Pointer key, Pointer next);

    static native int bpf_tc_hook_create(Pointer hook);

    static native int bpf_tc_hook_destroy(Pointer hook);

    static native int bpf_tc_attach(Pointer hook, Pointer options);

    static native int bpf_tc_query(Pointer hook, Pointer options);

    static native int bpf_tc_detach(Pointer hook, Pointer options);

    static native int bpf_prog_test_run_opts(int fd, Pointer options);
}
