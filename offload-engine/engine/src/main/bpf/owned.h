// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A segment of a connection that the engine owns: RFC 9293 section 3.10.7.4 in the order that Linux has, with the
 * checks of RFC 5961 and RFC 7323. What is not valid changes nothing.
 */
#ifndef TCPOFFLOAD_OWNED_H
#define TCPOFFLOAD_OWNED_H

#include "absence.h"
#include "segment.h"

#define TS_RECENT_LIFE_NS (24ULL * 24 * 3600 * 1000000000) /* RFC 7323 5.5: 24 days */
#define LIMIT_NS 100000000ULL /* half the smallest retransmission timeout: honest repetitions are all answered */
#define CAS_TRIES 4
#define PATH_NS 1000000000ULL /* two routers that take turns are one event a second */

/* What a stranger can provoke at will, so it is limited. */
#define LIMITED (EVENT_CHALLENGE | EVENT_STALE | EVENT_SYN)

/* What the engine acknowledges at once, so that it must be done without it, too. */
#define ACKNOWLEDGED (LIMITED | EVENT_DATA | EVENT_FIN)

#define barrier() asm volatile("" ::: "memory")

/* Atomic: of two CPUs with a segment of this viewer each, none may lose its count and leave the version odd. */
static __always_inline void begin_writing(struct session_record *r)
{
	__sync_fetch_and_add(&r->version, 1);
	barrier();
}

static __always_inline void end_writing(struct session_record *r)
{
	barrier();
	__sync_fetch_and_add(&r->version, 1);
}

static __always_inline void raise(struct session_record *r, struct segment *s, __u32 reasons, __u64 now)
{
	if (!(reasons & ~LIMITED)) {
		if (now - r->limited_ns < LIMIT_NS) {
			count(C_EVENTS_LIMITED);
			return;
		}
		r->limited_ns = now;
	}
	enum presence there = presence(now);
	if (there != ENGINE_PRESENT && reasons & ACKNOWLEDGED)
		s->answer = ANSWER_ACK;
	if (there > ENGINE_SILENT)
		return;
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		count(C_EVENTS_LOST);
		return;
	}
	e->session = s->session;
	e->reasons = reasons;
	e->tcp_flags = s->flags;
	e->seq = s->seq;
	e->ack = s->ack;
	e->window = s->window;
	e->sack_count = reasons & EVENT_SACK ? s->sack_count : 0;
	e->payload = s->payload;
	e->arrival_ns = now;
#pragma unroll
	for (int i = 0; i < 2 * MAX_SACK_BLOCKS; i++)
		e->sack[i] = s->sack[i];
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP); /* the engine polls */
	count(C_EVENTS);
}

/* RFC 5961 section 3.2. */
static __always_inline void reset(struct session_record *r, struct segment *s, __u64 now)
{
	if (s->seq == r->rcv_nxt) {
		count(C_RESETS);
		begin_writing(r);
		r->receive_flags |= RECEIVED_RST;
		end_writing(r);
		raise(r, s, EVENT_RST, now);
	} else if (!before(s->seq, r->rcv_nxt) && !after(s->seq, r->rcv_nxt + r->receive_window)) {
		count(C_RESETS_CHALLENGED);
		raise(r, s, EVENT_CHALLENGE, now);
	} else {
		count(C_DROP_RESET_OUTSIDE);
	}
}

/* Two CPUs may hold ACKs of one viewer: una never goes back. */
static __always_inline void advance_una(struct session_record *r, __u32 ack)
{
#pragma unroll
	for (int i = 0; i < CAS_TRIES; i++) {
		__u32 una = r->una;
		if (!after(ack, una) || __sync_val_compare_and_swap(&r->una, una, ack) == una)
			return;
	}
}

/* Keeps the blocks that can be true, in order. */
static __always_inline __u32 take_sack(struct session_record *r, struct segment *s)
{
	__u32 kept = 0;
	__u32 lowest = r->una - r->max_window;
#pragma unroll
	for (__u32 i = 0; i < MAX_SACK_BLOCKS; i++) {
		__u32 left = s->sack[2 * i], right = s->sack[2 * i + 1];
		if (i >= s->sack_count)
			continue;
		/* both edges: a block of more than half the sequence space looks right from one of them */
		if (!before(left, right) || after(left, r->nxt) || after(right, r->nxt) || before(left, lowest)) {
			count(C_SACK_BLOCKS_VOID);
			continue;
		}
		__u32 at = (kept & 3) * 2;
		r->sack[at] = left;
		r->sack[at + 1] = right;
		kept++;
	}
#pragma unroll
	for (int i = 0; i < 2 * MAX_SACK_BLOCKS; i++)
		s->sack[i] = r->sack[i];
	s->sack_count = kept;
	return kept;
}

/* RFC 5681 section 2. */
static __always_inline bool is_duplicate(struct session_record *r, struct segment *s, __u32 una, __u16 window)
{
	return s->ack == una && s->payload == 0 && !(s->flags & TCP_FIN) && s->window == window && window != 0 &&
	       r->nxt != una;
}

/* The viewer's segments come from elsewhere: perhaps ours must go there. Returns reasons. */
static __always_inline __u32 follow_path(struct session_record *r, struct segment *s, __u64 now)
{
	__u64 path = path_of(s->macs + ETH_ALEN, s->ifindex);
	if (path == r->path)
		return 0;
	if (r->path == 0) {
		r->path = path;
		return 0;
	}
	if (now - r->path_ns < PATH_NS)
		return 0;
	r->path = path;
	r->path_ns = now;
	count(C_PATHS_CHANGED);
	return EVENT_PATH;
}

/* RFC 3168 section 6.1.3: the mark is echoed until the viewer says that it has slowed down. */
static __always_inline void take_mark(struct session_record *r, struct segment *s)
{
	if (s->flags & TCP_CWR)
		r->receive_flags &= ~RECEIVED_CE;
	if (s->ecn == ECN_CE && s->payload) {
		r->receive_flags |= RECEIVED_CE;
		count(C_CE_MARKS);
	}
}

/* Payload is acknowledged and thrown away: a viewer has nothing more to say. Returns reasons. */
static __always_inline __u32 take_data(struct session_record *r, struct segment *s)
{
	__u32 fin = s->flags & TCP_FIN;
	if (s->payload == 0 && !fin)
		return 0;
	__u32 rcv_nxt = r->rcv_nxt;
	if (after(s->seq, rcv_nxt)) {
		count(C_DATA_OUT_OF_ORDER);
		return EVENT_DATA;
	}
	__u32 old = rcv_nxt - s->seq;
	if (old > s->payload || r->receive_flags & RECEIVED_FIN || (old == s->payload && !fin)) {
		count(C_SEGMENTS_STALE);
		return EVENT_STALE;
	}
	__u32 fresh = s->payload - old;
	__u32 reasons = 0;
	if (fresh > r->receive_window) {
		count(C_DATA_NOT_TAKEN);
		reasons = EVENT_DATA; /* with a window of 0, which is what the engine sets to be told and no more */
		fresh = r->receive_window;
		fin = 0;
	}
	if (fresh) {
		count(C_DATA_IN_ORDER);
		reasons |= EVENT_DATA;
	}
	if (fin) {
		count(C_FINS);
		reasons |= EVENT_FIN;
		r->receive_flags |= RECEIVED_FIN;
		fresh++;
	}
	r->rcv_nxt = rcv_nxt + fresh;
	return reasons;
}

/* Una, window, timestamps and SACK from a segment that passed every check. Returns reasons. */
static __always_inline __u32 take_ack(struct session_record *r, struct segment *s)
{
	__u32 reasons = 0;
	__u32 una = r->una;
	__u16 window = r->window;
	count(C_ACKS);
	r->acks++;
	if (s->flags & TCP_ECE)
		r->ece_acks++;
	if (r->tcp_len == 32 && !s->has_ts)
		count(C_ACKS_WITHOUT_TIMESTAMP);
	if (s->sack_count) {
		count(C_ACKS_SACK);
		if (take_sack(r, s))
			reasons |= EVENT_SACK;
	}
	r->sack_count = s->sack_count;
	if (before(s->ack, una)) {
		count(C_ACKS_OLD);
		return reasons;
	}
	if (is_duplicate(r, s, una, window)) {
		count(C_ACKS_DUPLICATE);
		r->dup_acks++;
		reasons |= EVENT_DUP_ACK;
	}
	if (after(s->ack, una)) {
		r->ts_echo = s->tsecr;
		if (s->has_ts)
			r->receive_flags |= RECEIVED_TS;
		else
			r->receive_flags &= ~RECEIVED_TS;
		advance_una(r, s->ack);
	}
	/* tcp_may_update_window of Linux: reordered segments neither shrink nor reopen it. */
	if (after(s->ack, una) || after(s->seq, r->wl1) ||
	    (s->seq == r->wl1 && (s->window > window || s->window == 0))) {
		r->wl1 = s->seq;
		r->window = s->window;
		if (s->window == 0 && window != 0) {
			count(C_ZERO_WINDOWS);
			reasons |= EVENT_ZERO_WINDOW;
		} else if (s->window != 0 && window == 0) {
			reasons |= EVENT_WINDOW_OPEN;
		}
	}
	return reasons;
}

VERIFIED_ALONE int owned(struct session_record *r, struct segment *s)
{
	if (!r || !s)
		return 0;
	__u64 now = bpf_ktime_get_ns();
	__u32 fin = s->flags & TCP_FIN;
	if (presence(now) == ENGINE_GONE && !(s->flags & TCP_RST)) {
		s->answer = ANSWER_RESET;
		return 0;
	}
	if (s->flags & TCP_RST) {
		if (s->flags & (TCP_SYN | TCP_FIN))
			count(C_DROP_FLAGS);
		else
			reset(r, s, now);
		return 0;
	}
	if (s->flags & TCP_SYN) {
		if (fin) {
			count(C_DROP_FLAGS);
			return 0;
		}
		count(C_SYNS_CHALLENGED);
		raise(r, s, EVENT_SYN, now);
		return 0;
	}
	if (!(s->flags & TCP_ACK)) {
		count(C_DROP_FLAGS);
		return 0;
	}
	if (r->tcp_len == 32 && s->has_ts && r->ts_recent_ns && before(s->tsval, r->ts_recent) &&
	    now - r->ts_recent_ns < TS_RECENT_LIFE_NS) {
		count(C_DROP_PAWS);
		if (s->payload || fin || after(s->ack, r->una)) /* what another has overtaken is no reason to speak */
			raise(r, s, EVENT_CHALLENGE, now);
		return 0;
	}
	if (before(s->seq + s->payload + fin, r->rcv_nxt) || after(s->seq, r->rcv_nxt + r->receive_window)) {
		count(C_SEGMENTS_STALE);
		raise(r, s, EVENT_STALE, now);
		return 0;
	}
	if (after(s->ack, r->nxt)) {
		count(C_DROP_ACK_UNSENT);
		raise(r, s, EVENT_CHALLENGE, now);
		return 0;
	}
	if (before(s->ack, r->una - r->max_window)) {
		count(C_DROP_ACK_TOO_OLD);
		raise(r, s, EVENT_CHALLENGE, now);
		return 0;
	}

	begin_writing(r);
	r->arrival_ns = now;
	if (r->tcp_len == 32 && s->has_ts && !after(s->seq, r->rcv_nxt)) {
		r->ts_recent = s->tsval;
		r->ts_recent_ns = now;
	}
	__u32 reasons = take_ack(r, s);
	reasons |= take_data(r, s);
	reasons |= follow_path(r, s, now);
	if (r->ecn)
		take_mark(r, s);
	end_writing(r);
	if (reasons)
		raise(r, s, reasons, now);
	return 0;
}

#endif
