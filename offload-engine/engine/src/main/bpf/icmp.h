// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * ICMP errors about what we have sent, for IPv4 and IPv6. Anyone can send them: only one that quotes a sequence number
 * in flight is believed (RFC 5927 section 4.1), and all it does is an event. They are soft; the sender decides.
 */
#ifndef TCPOFFLOAD_ICMP_H
#define TCPOFFLOAD_ICMP_H

#include "owned.h"

#define ICMP_UNREACHABLE 3
#define ICMP_FRAGMENTATION_NEEDED 4 /* code of it */
#define ICMP_SOURCE_QUENCHED 4
#define ICMP_TIME_EXCEEDED_TYPE 11
#define ICMP_PARAMETER 12
#define ICMP6_UNREACHABLE 1
#define ICMP6_TOO_BIG 2
#define ICMP6_TIME_EXCEEDED 3
#define ICMP6_PARAMETER 4

#define IPV4_LEAST_MTU 552 /* net.ipv4.route.min_pmtu of Linux: less is not believed */
#define IPV6_LEAST_MTU 1280 /* RFC 8201 section 4: a smaller one changes nothing */

struct icmp_header {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be32 rest;
};

struct quoted_tcp {
	__be16 source;
	__be16 dest;
	__be32 seq;
};

/* The flow that the quoted packet, one of ours, belongs to: its source is local. False when it quotes no TCP. */
static __always_inline bool quoted_flow(struct __sk_buff *skb, __u32 at, struct segment *s, struct flow_key *key)
{
	struct quoted_tcp tcp;
	if (s->ip_version == 6) {
		__u8 next;
		if (bpf_skb_load_bytes(skb, at + 6, &next, 1) || next != IPPROTO_TCP ||
		    bpf_skb_load_bytes(skb, at + 8, key->local, 16) || bpf_skb_load_bytes(skb, at + 24, key->viewer, 16))
			return false;
		at += sizeof(struct ipv6hdr);
	} else {
		struct iphdr ip;
		if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) || ip.protocol != IPPROTO_TCP || ip.ihl < 5 ||
		    ip.frag_off & bpf_htons(IP_OFFSET))
			return false;
		map_address(key->local, ip.saddr);
		map_address(key->viewer, ip.daddr);
		at += ip.ihl * 4;
	}
	if (bpf_skb_load_bytes(skb, at, &tcp, sizeof(tcp)))
		return false;
	key->local_port = tcp.source;
	key->viewer_port = tcp.dest;
	s->seq = bpf_ntohl(tcp.seq);
	return true;
}

static __always_inline bool icmp_checksum_right(struct __sk_buff *skb, struct segment *s)
{
	struct payload_sum p = {.skb = skb, .at = s->l4, .left = s->length};
	if (s->length > MAX_SUMMED)
		return false;
	if (s->ip_version == 6)
		p.sum = fold(sum_addresses(&s->key) + bpf_htons(IPPROTO_ICMPV6) + bpf_htons(s->length));
	return sum_payload(&p) == 0xffff;
}

static __always_inline bool is_error(struct segment *s, struct icmp_header *icmp)
{
	if (s->ip_version == 6)
		return icmp->type >= ICMP6_UNREACHABLE && icmp->type <= ICMP6_PARAMETER;
	return icmp->type == ICMP_UNREACHABLE || icmp->type == ICMP_SOURCE_QUENCHED ||
	       icmp->type == ICMP_TIME_EXCEEDED_TYPE || icmp->type == ICMP_PARAMETER;
}

static __always_inline bool is_too_big(struct segment *s, struct icmp_header *icmp)
{
	if (s->ip_version == 6)
		return icmp->type == ICMP6_TOO_BIG;
	return icmp->type == ICMP_UNREACHABLE && icmp->code == ICMP_FRAGMENTATION_NEEDED;
}

/* The MTU to go on with, or 0. RFC 1191's routers that name none get the floor, as from Linux. */
static __always_inline __u32 believable_mtu(struct session_record *r, struct segment *s, struct icmp_header *icmp)
{
	__u32 now = r->l3_len + r->tcp_len + r->mss;
	__u32 mtu = bpf_ntohl(icmp->rest);
	if (s->ip_version == 6) {
		if (mtu < IPV6_LEAST_MTU)
			return 0;
	} else {
		mtu &= 0xffff;
		if (mtu < IPV4_LEAST_MTU)
			mtu = IPV4_LEAST_MTU;
	}
	return mtu < now ? mtu : 0;
}

static __always_inline void icmp_event(struct session_record *r, struct segment *s, struct icmp_header *icmp)
{
	if (before(s->seq, r->una) || !before(s->seq, r->nxt)) {
		count(C_ICMP_VOID);
		return;
	}
	__u32 reason = EVENT_UNREACHABLE;
	s->payload = icmp->type << 8 | icmp->code;
	if (is_too_big(s, icmp)) {
		reason = EVENT_PMTU;
		s->payload = believable_mtu(r, s, icmp);
		if (s->payload == 0) {
			count(C_ICMP_MTU_VOID);
			return;
		}
	}
	__u64 now = bpf_ktime_get_ns();
	__u8 soft = s->ip_version == 6 ? ICMP6_PARAMETER : ICMP_PARAMETER;
	if (now - r->icmp_ns < LIMIT_NS || icmp->type == soft ||
	    (s->ip_version == 4 && icmp->type == ICMP_SOURCE_QUENCHED)) {
		count(C_ICMP_IGNORED); /* RFC 6633: source quench must be */
		return;
	}
	r->icmp_ns = now;
	count(reason == EVENT_PMTU ? C_ICMP_MTU : C_ICMP_UNREACHABLE);
	raise(r, s, reason, now);
}

/* Eats what is about a session that the engine owns; the rest is the kernel's. */
VERIFIED_ALONE int icmp(struct __sk_buff *skb, struct segment *s)
{
	struct icmp_header icmp;
	struct flow_key key = {};
	if (!s || bpf_skb_load_bytes(skb, s->l4, &icmp, sizeof(icmp)) || !is_error(s, &icmp) ||
	    !quoted_flow(skb, s->l4 + sizeof(icmp), s, &key))
		return TC_ACT_UNSPEC;
	__u32 *id = bpf_map_lookup_elem(&flows, &key);
	struct session_record *r = id ? bpf_map_lookup_elem(&sessions, id) : NULL;
	__u32 state = r ? *(volatile __u32 *)&r->state : STATE_FREE;
	if (!r || state == STATE_FREE || state == STATE_LEARN)
		return TC_ACT_UNSPEC;
	s->session = *id;
	if (state != STATE_OWNED)
		count(state == STATE_TAKING ? C_EATEN_TAKING : C_EATEN_LINGER);
	else if (s->wrong)
		count(s->wrong);
	else if (!icmp_checksum_right(skb, s))
		count(C_ICMP_CHECKSUM);
	else
		icmp_event(r, s, &icmp);
	return TC_ACT_SHOT;
}

#endif
