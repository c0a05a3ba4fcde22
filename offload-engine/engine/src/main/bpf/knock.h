// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The end of viewers that nobody came back for and that say nothing themselves. A program runs only when a packet comes,
 * so somebody must knock: a TCP SYN to 127.0.0.1, port 9 (discard), which no rights are needed for. When the grace is
 * over, each knock resets some sessions of each instance that is here; before, it does nothing. The packet goes on as it was.
 *
 * A SYN and no datagram: its checksum is left to the device at the place where a TCP segment has it, and the resets are
 * made of this packet.
 */
#ifndef TCPOFFLOAD_KNOCK_H
#define TCPOFFLOAD_KNOCK_H

#include "answer.h"

#define KNOCK_PORT 9
#define KNOCK_SESSIONS 256 /* as many as a post has targets: queues behind veth and lo take them */
#define LOCALHOST bpf_htonl(0x7f000001)
#define LONGEST_SYN 94 /* link 14, IP 20, TCP 60 */

/* Too much for the stack. Nobody else runs on the CPU meanwhile, and a reset that leaves by lo is no knock. */
struct knocking {
	struct segment s;
	__u8 packet[LONGEST_SYN];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct knocking);
} knocking SEC(".maps");

struct knock {
	struct __sk_buff *skb;
	__u32 first;
	__u32 failed; /* the packet is of no more use */
};

static __always_inline struct knocking *scratch(void)
{
	__u32 first = 0;
	return bpf_map_lookup_elem(&knocking, &first);
}

/*
 * Whether it was an owned session. One that was being taken is, too: its socket ended with the engine, without a word if it
 * was frozen by then.
 */
static __always_inline bool disown(struct session_record *r)
{
	return __sync_val_compare_and_swap(&r->state, STATE_OWNED, STATE_LINGER) == STATE_OWNED ||
	       (r->template_ns && __sync_val_compare_and_swap(&r->state, STATE_TAKING, STATE_LINGER) == STATE_TAKING);
}

static long reset_one(__u32 i, struct knock *k)
{
	__u32 id = k->first + i;
	struct session_record *r = bpf_map_lookup_elem(&sessions, &id);
	struct knocking *w = scratch();
	if (!r || !w)
		return 1;
	if (!disown(r) || r->receive_flags & RECEIVED_RST)
		return 0;
	w->s.seq = r->una;
	w->s.flags = TCP_RST | TCP_ACK;
	if (become(k->skb, r, &w->s)) {
		count(C_ANSWERS_FAILED);
		k->failed = 1;
		return 1;
	}
	if (bpf_clone_redirect(k->skb, r->ifindex, 0)) {
		count(C_ANSWERS_FAILED);
		return 0;
	}
	count_orphan();
	return 0;
}

/* The packet as it came. */
static __always_inline int restore(struct __sk_buff *skb, struct knocking *w, __u32 length)
{
	struct segment *s = &w->s;
	pop_tags(skb, s);
	if (s->ip_version == 6 && bpf_skb_change_proto(skb, bpf_htons(ETH_P_IP), 0))
		return -1;
	if (bpf_skb_change_tail(skb, length, 0))
		return -1;
	return bpf_skb_store_bytes(skb, 0, w->packet, length, 0);
}

VERIFIED_ALONE int knock(struct __sk_buff *skb)
{
	struct knocking *w = scratch();
	struct engine_state *e = engine_state();
	__u32 length = skb->len;
	if (!w || !e || length < sizeof(struct ethhdr) + sizeof(struct iphdr) + TCP_BASE || length > LONGEST_SYN)
		return TC_ACT_UNSPEC;
	if (presence(bpf_ktime_get_ns()) != ENGINE_GONE || e->phase == ENGINE_REAPED ||
	    bpf_skb_load_bytes(skb, 0, w->packet, length))
		return TC_ACT_UNSPEC;
	struct knock k = {.skb = skb, .first = __sync_fetch_and_add(&e->cursor, KNOCK_SESSIONS)};
	w->s.ip_version = 4;
	w->s.tag_count = 0;
	w->s.l3 = sizeof(struct ethhdr);
	w->s.l4 = sizeof(struct ethhdr) + sizeof(struct iphdr);
	bpf_loop(KNOCK_SESSIONS, reset_one, &k, 0);
	if (k.first + KNOCK_SESSIONS >= e->max_sessions)
		e->phase = ENGINE_REAPED;
	if (k.failed || restore(skb, w, length))
		return TC_ACT_SHOT; /* who sent it will repeat it */
	return TC_ACT_UNSPEC;
}

/* What leaves by lo and is no post. */
static __always_inline bool is_knock(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	if ((void *)(tcp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || *(__u8 *)ip != PLAIN_IPV4)
		return false;
	return ip->protocol == IPPROTO_TCP && ip->daddr == LOCALHOST && tcp->dest == bpf_htons(KNOCK_PORT) && tcp->syn &&
	       !tcp->ack;
}

#endif
