/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the viewer farm's program and its user-space half share: one record a viewer, indexed by the viewer's port. */
#ifndef FARM_H
#define FARM_H

#define FARM_PORTS 65536

struct farm_viewer {
	__u64 received;     /* bytes received in order since the viewer was armed */
	__u32 armed;        /* 1: the program answers for this viewer, 0: the kernel does */
	__u32 rcv_nxt;      /* next sequence number expected, host order */
	__u32 snd_nxt;      /* the viewer's own sequence number, host order */
	__u32 ts_recent;    /* last TSval to be echoed (RFC 7323 section 4.3), host order */
	__u32 ts_offset;    /* viewer's timestamp clock minus the monotonic clock, milliseconds */
	__u32 has_ts;       /* 1: the timestamp option was negotiated */
	__u32 window;       /* window field, unscaled as on the wire, host order */
	__u32 segments;     /* packets that brought new bytes */
	__u32 disorder;     /* packets beyond or before rcv_nxt: something was lost or sent twice */
	__u32 odd_options;  /* packets whose timestamp option was missing or in another layout */
};

#endif
