// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The memory that kernel programs and engine share: BPF array maps, mapped by the engine. Host byte order
 * but for the template's header bytes. Each part has one writer and cache lines of its own, so that an
 * acknowledgement on one CPU and a post on another do not fight for a line. Mirrored in Java by
 * SessionDescriptor, JobDescriptor, EventDescriptor; a test compares the offsets.
 */
#ifndef TCPOFFLOAD_RECORD_H
#define TCPOFFLOAD_RECORD_H

#include <linux/types.h>

/*
 * Version of everything here that outlives an engine: an engine of another version refuses the state. A change of a
 * struct, a constant or the order of counters needs a new one; counters may be appended. LayoutTest has the hash.
 */
#define STATE_LAYOUT 1

/* The network header stands at a fixed place in a template; the link header (14, 18 or 22 bytes) ends there. */
#define NETWORK_OFFSET 24
#define TEMPLATE_BYTES 96 /* 24 + IPv6 40 + TCP with timestamps 32 */
#define MAX_SACK_BLOCKS 4 /* as many as fit in TCP's 40 option bytes */

enum session_state {
	STATE_FREE = 0,   /* no session: a flow that still points here is left to the kernel */
	STATE_LEARN = 1,  /* the kernel owns the connection; the hook watches and defines the template */
	STATE_TAKING = 2, /* take-over or hand-back under way: everything is eaten, the viewer will repeat it */
	STATE_OWNED = 3,  /* the engine owns the connection */
	STATE_LINGER = 4, /* over: eat stragglers so that the kernel does not answer them; a SYN ends it */
};

/* receive_flags */
#define RECEIVED_FIN 1  /* the viewer's FIN is in rcv_nxt */
#define RECEIVED_TS 2   /* ts_echo is of the last acknowledgement */
#define RECEIVED_CE 4   /* RFC 3168 6.1.3: the viewer's data met congestion; ECE in every header until its CWR */
#define RECEIVED_RST 8  /* the viewer's reset: its event may have come when nobody read */

struct session_record {
	/* -- template, lines 0 and 1: the hook while LEARN, then the engine until OWNED */
	__u8 header[TEMPLATE_BYTES];
	__u8 l2_len;
	__u8 l3_len;
	__u8 tcp_len; /* 20, or 32 with NOP NOP timestamp */
	__u8 ip_version;
	__u32 ifindex;
	__u16 mss;               /* payload bytes of a segment, options already taken off */
	__u16 advertised_window; /* raw, as it goes into the header */
	__u32 ts_offset;         /* TSval = CLOCK_MONOTONIC in ms + this */
	__u32 ip_sum;            /* checksum of the IP header's constant fields, not folded */
	__u32 pseudo_sum;        /* checksum of addresses and protocol, not folded */
	__u16 vlan_tci;          /* what the receiving device had stripped; it is also in the header bytes */
	__u16 vlan_proto;        /* network byte order; 0: no stripped tag */
	__u32 receive_window;    /* bytes after rcv_nxt that the viewer may send */

	/* -- receive side, line 2, all that header prediction touches, and 3: the hook; the engine initialises it while TAKING */
	__u32 una;
	__u32 rcv_nxt;
	__u32 ts_recent; /* last valid TSval, echoed in every segment */
	__u32 ts_echo;   /* TSecr of the last acknowledgement that moved una */
	__u64 arrival_ns; /* bpf_ktime_get_ns of the last valid segment */
	__u32 wl1;       /* sequence of the segment that set the window, RFC 9293 3.10.7.4 */
	__u16 window;    /* raw: shift left by snd_wscale */
	__u8 sack_count;
	__u8 receive_flags;
	__u32 acks; /* valid acknowledgements */
	__u32 dup_acks;
	__u64 path; /* where the viewer's segments come from: MAC address and device; 0 until the first */
	__u64 ts_recent_ns; /* when ts_recent was taken: it is void after 24 days, RFC 7323 5.5 */
	__u32 ece_acks;     /* acknowledgements with ECE */
	__u32 version;      /* odd while the hook writes the receive side */
	__u32 sack[2 * MAX_SACK_BLOCKS]; /* of the last acknowledgement: left, right, left, right ... */
	__u64 limited_ns;  /* when the last event of a kind that strangers can provoke was raised */
	__u64 template_ns; /* 0 until the template is defined */
	__u64 path_ns;     /* when the last EVENT_PATH was raised */
	__u64 icmp_ns;     /* when the last event of an ICMP message was raised */

	/* -- send side, lines 4 to 7: the engine */
	__u32 state;
	__u32 nxt;        /* written before the post: an acknowledgement above it is void */
	__u32 max_window; /* bytes: the largest window the viewer has offered, RFC 5961 5.2 */
	__u8 snd_wscale;
	__u8 rcv_wscale;
	__u8 ecn; /* negotiated: 1 */
	__u8 send_spare8;
	__u64 send_spare[14];
	__u64 engine[16]; /* the engine's own: stream positions */
};

/* What an engine keeps of a session for the next one; the programs do not look at it. */
struct resumption {
	__u64 engine[64];
};

#define ENGINE_MAGIC 0x7463706f /* "tcpo" */

enum engine_phase {
	ENGINE_RUNNING = 1,
	ENGINE_SUSPENDED = 2, /* stopped in order, for the next one to go on */
	ENGINE_REAPED = 3,    /* nobody came: every session was reset */
};

/*
 * Who owns the state, and until when. In every version of the layout it begins like this: an engine that cannot take the
 * state over can still end it. A line for each writer, as above.
 */
struct engine_state {
	/* -- line 0: the engine, when it begins and ends; the phase becomes REAPED by the programs */
	__u32 magic;
	__u32 layout;
	__u32 pid;
	__u32 phase;
	__u64 started; /* of the process, clock ticks since boot: with the pid it names one process */
	__u64 grace_ns;
	__u32 max_sessions;
	__u32 spare;
	__u64 network; /* inode of the network namespace */
	__u64 begin_spare[2];

	/* -- line 1: the engine, all the time */
	__u64 heartbeat_ns; /* CLOCK_MONOTONIC; 0: none yet */
	__u64 beat_spare[7];

	/* -- line 2: the programs, once the grace is over */
	__u32 cursor; /* next session that a knock looks at */
	__u32 end_spare;
	__u64 reset; /* sessions that were reset */
	__u64 reap_spare[6];
};

/* One target of a post. */
struct job {
	__u32 session;
	__u32 seq;
	__u32 flags;  /* low byte: TCP flags; JOB_ECT */
	__s32 result; /* JOB_* or a negative errno */
};

#define JOB_ECT 0x100 /* ECT(0) in the IP header: RFC 3168, on data sent for the first time */

#define JOB_PENDING 0           /* set by the engine, left when the post never came to the target */
#define JOB_SENT 1
#define JOB_NO_SESSION -1001    /* session number out of range */
#define JOB_NOT_OWNED -1002     /* state is not OWNED */
#define JOB_OTHER_SHAPE -1003   /* header length differs from the post's */
#define JOB_TOO_LARGE -1005     /* segments of the post are larger than the session's MSS */
#define JOB_HEADER_FAILED -1006 /* the header could not be written */

/* The first bytes of a posted frame, where the MAC addresses go. */
struct post {
	__u32 first; /* index of the first job */
	__u16 count;
	__u8 header_len; /* link + network + TCP header */
	__u8 l2_len;
	__u16 magic;
	__u8 ip_version; /* of all targets: 4 and 6 may have headers of the same length */
	__u8 spare;
};

#define POST_MAGIC 0x0ad1
#define MAX_POST_TARGETS 1024

struct flow_key {
	__u8 viewer[16]; /* IPv6, or IPv4 mapped into it */
	__u8 local[16];
	__be16 viewer_port;
	__be16 local_port;
};

/* Why an event was raised; one segment may have several reasons. */
#define EVENT_SACK 1          /* blocks follow */
#define EVENT_DUP_ACK 2       /* RFC 5681 section 2 */
#define EVENT_DATA 4          /* payload: to be acknowledged */
#define EVENT_FIN 8           /* in order; counted in rcv_nxt */
#define EVENT_RST 16          /* exact sequence: the connection is over */
#define EVENT_SYN 32          /* in an established connection: challenge ACK, RFC 5961 4 */
#define EVENT_ZERO_WINDOW 64  /* the window just closed */
#define EVENT_WINDOW_OPEN 128 /* the window just opened from zero */
#define EVENT_CHALLENGE 256   /* RFC 5961: answer with a (rate limited) challenge ACK */
#define EVENT_STALE 512       /* old or out of the window (keep-alive, repeated FIN): answer with an ACK */
#define EVENT_PMTU 1024       /* ICMP: a segment in flight was too big; payload: the MTU to use */
#define EVENT_UNREACHABLE 2048 /* ICMP, soft: payload is type << 8 | code */
#define EVENT_PATH 4096       /* a valid segment came by another device or from another MAC address than the last */

struct event {
	__u32 session;
	__u16 reasons;
	__u16 tcp_flags;
	__u32 seq;
	__u32 ack;
	__u16 window; /* raw */
	__u16 sack_count;
	__u32 payload;
	__u64 arrival_ns;
	__u32 sack[2 * MAX_SACK_BLOCKS];
};

#endif
