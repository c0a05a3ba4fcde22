// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The compiled programs and their maps, loaded into the kernel. */
final class KernelObject implements AutoCloseable {

    static final String RESOURCE = "tcpoffload.bpf.o";
    /** The receive hook, for hardware, for virtual devices, and for those without link header. */
    static final String HOOK = "receive_hook";
    static final String VIRTUAL_HOOK = "receive_virtual";
    static final String BARE_HOOK = "receive_bare";
    static final String BUILDER = "header_builder";
    static final String SESSIONS = "sessions";
    static final String JOBS = "jobs";
    static final String FLOWS = "flows";
    static final String EVENTS = "events";
    static final String COUNTERS = "counters";
    static final String RESUMPTION = "resumption";
    static final String ENGINE = "engine";
    /** Maps that an engine takes over from the one before it; pinned in this order, the one that proves all last. */
    static final List<String> LASTING = List.of(SESSIONS, FLOWS, COUNTERS, RESUMPTION, ENGINE);
    /** What is new with each engine. */
    private static final List<String> MAPS = List.of(JOBS, EVENTS);
    private static final List<String> PROGRAMS = List.of(HOOK, VIRTUAL_HOOK, BARE_HOOK, BUILDER);

    private final Pointer object;

    private KernelObject(Pointer object) {
        this.object = object;
    }

    /**
     * @param mark   what marks this instance's posts, not 0
     * @param former whose lasting maps are used instead of new ones, or null
     * @throws KernelException with the verifier's log
     */
    static KernelObject load(KernelConfig config, int mark, FormerState former) throws KernelException {
        byte[] image = image();
        try (Memory bytes = new Memory(image.length); LibBpfLog log = new LibBpfLog()) {
            bytes.write(0, image, 0, image.length);
            Pointer opened = LibBpf.bpf_object__open_mem(bytes, image.length, null);
            if (opened == null) {
                throw Errno.failure("bpf_object__open_mem(" + RESOURCE + ")", Native.getLastError(), log.text());
            }
            KernelObject loaded = new KernelObject(opened);
            try {
                if (former == null) {
                    for (String map : List.of(SESSIONS, FLOWS, RESUMPTION)) {
                        loaded.size(map, config.maxSessions());
                    }
                } else {
                    for (String map : LASTING) {
                        Errno.checkBpf(LibBpf.bpf_map__reuse_fd(loaded.mapPointer(map), former.map(map)),
                                "bpf_map__reuse_fd(" + map + ")");
                    }
                }
                loaded.size(JOBS, config.jobs());
                loaded.size(EVENTS, config.eventBytes());
                try (NativeInt value = new NativeInt(mark)) {
                    Errno.checkBpf(LibBpf.bpf_map__set_initial_value(loaded.mapPointer(".rodata"), value.pointer(),
                            Integer.BYTES), "bpf_map__set_initial_value(post_mark)");
                }
                int result = LibBpf.bpf_object__load(opened);
                if (result < 0) {
                    throw Errno.failure("the kernel refused the BPF programs: bpf_object__load(" + RESOURCE + ")",
                            -result, log.text());
                }
                return loaded;
            } catch (KernelException | RuntimeException e) {
                loaded.close();
                throw e;
            }
        }
    }

    static byte[] image() throws KernelException {
        return image(RESOURCE);
    }

    static byte[] image(String resource) throws KernelException {
        try (InputStream in = KernelObject.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new KernelException("the compiled BPF object " + resource + " is not in the bundle: build it"
                        + " with offload-engine/engine/src/main/bpf/build");
            }
            return in.readAllBytes();
        } catch (KernelException e) {
            throw e;
        } catch (IOException e) {
            throw new KernelException("cannot read " + resource + ": " + e.getMessage());
        }
    }

    private void size(String map, int entries) throws KernelException {
        Errno.checkBpf(LibBpf.bpf_map__set_max_entries(mapPointer(map), entries),
                "bpf_map__set_max_entries(" + map + ", " + entries + ")");
    }

    private Pointer mapPointer(String name) throws KernelException {
        Pointer map = LibBpf.bpf_object__find_map_by_name(object, name);
        if (map == null) {
            throw new KernelException("the BPF object has no map '" + name + "': it is not of this version");
        }
        return map;
    }

    int map(String name) throws KernelException {
        return LibBpf.bpf_map__fd(mapPointer(name));
    }

    int program(String name) throws KernelException {
        Pointer program = LibBpf.bpf_object__find_program_by_name(object, name);
        if (program == null) {
            throw new KernelException("the BPF object has no program '" + name + "': it is not of this version");
        }
        return LibBpf.bpf_program__fd(program);
    }

    /** Pins what is new, in place of what had its name. */
    void pin(PinDirectory pins, boolean resumed) throws KernelException {
        for (String name : MAPS) {
            pins.pin(map(name), name);
        }
        for (String name : PROGRAMS) {
            pins.pin(program(name), name);
        }
        if (!resumed) {
            for (String name : LASTING) {
                pins.pin(map(name), name);
            }
        }
    }

    @Override
    public void close() {
        LibBpf.bpf_object__close(object);
    }
}
