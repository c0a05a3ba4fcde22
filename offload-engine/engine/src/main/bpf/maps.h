// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The maps. Sizes of 1 are set by the loader; all arrays are mapped by the engine. */
#ifndef TCPOFFLOAD_MAPS_H
#define TCPOFFLOAD_MAPS_H

#include "counters.h"
#include "record.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct session_record);
} sessions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct resumption);
} resumption SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct engine_state);
} engine SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct job);
} jobs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct flow_key);
	__type(value, __u32);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, COUNTER_SHARDS * COUNTER_ROW);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __always_inline void count_by(enum counter counter, __u64 by)
{
	__u32 at = (bpf_get_smp_processor_id() & (COUNTER_SHARDS - 1)) * COUNTER_ROW + counter;
	__u64 *value = bpf_map_lookup_elem(&counters, &at);
	if (value)
		__sync_fetch_and_add(value, by);
}

static __always_inline void count(enum counter counter)
{
	count_by(counter, 1);
}

#endif
