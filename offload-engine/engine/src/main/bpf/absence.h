// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Whether an engine is there to hear of what comes. */
#ifndef TCPOFFLOAD_ABSENCE_H
#define TCPOFFLOAD_ABSENCE_H

#include "maps.h"

#define AWAY_NS 1000000000LL /* longer than a garbage collection, shorter than a viewer's patience */

enum presence {
	ENGINE_PRESENT,
	ENGINE_SILENT, /* killed or stuck: the programs speak for it, and tell it so in case that it comes to itself */
	ENGINE_AWAY,   /* stopped: nobody will read this ring, the next engine has its own */
	ENGINE_GONE,   /* the grace is over */
};

static __always_inline struct engine_state *engine_state(void)
{
	__u32 first = 0;
	return bpf_map_lookup_elem(&engine, &first);
}

static __always_inline enum presence presence(__u64 now)
{
	struct engine_state *e = engine_state();
	if (!e)
		return ENGINE_PRESENT;
	__u32 phase = *(volatile __u32 *)&e->phase;
	__u64 beat = *(volatile __u64 *)&e->heartbeat_ns;
	__s64 silent = now - beat;
	if (phase == ENGINE_REAPED)
		return ENGINE_GONE;
	if (phase != ENGINE_SUSPENDED && (beat == 0 || silent < AWAY_NS))
		return ENGINE_PRESENT;
	if (silent > (__s64)e->grace_ns)
		return ENGINE_GONE;
	return phase == ENGINE_SUSPENDED ? ENGINE_AWAY : ENGINE_SILENT;
}

#endif
