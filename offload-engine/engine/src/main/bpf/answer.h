// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The voice of a connection whose engine is away: a TCP packet that is here becomes a segment of ours, made from the
 * template like any other. The viewer's own packet becomes the acknowledgement, or the reset, that it is answered with.
 */
#ifndef TCPOFFLOAD_ANSWER_H
#define TCPOFFLOAD_ANSWER_H

#include "absence.h"
#include "builder.h"

#define TEMPLATE_TAG(h, at) ((struct tag *)((h) + NETWORK_OFFSET - (at)))

/* The link header in the packet's data without tags, wherever they were. */
static __always_inline void pop_tags(struct __sk_buff *skb, struct segment *s)
{
	__u32 tags = s->tag_count + (skb->vlan_present ? 1 : 0);
#pragma unroll
	for (int i = 0; i <= MAX_TAGS; i++)
		if (i < tags)
			bpf_skb_vlan_pop(skb);
	s->tag_count = 0;
	s->l4 -= s->l3 - sizeof(struct ethhdr);
	s->l3 = sizeof(struct ethhdr);
}

/*
 * MAC addresses, tags and type of the template, on a header without tags. The outer tag stays beside the data, as the kernel
 * has it.
 */
static __always_inline int link_like(struct __sk_buff *skb, struct session_record *r, struct segment *s)
{
	__u8 *h = s->tcp;
	__be16 type = *(__be16 *)(h + NETWORK_OFFSET - 2);
	__u32 macs = NETWORK_OFFSET - sizeof(struct ethhdr);
	if (r->l2_len >= 18) {
		struct tag *inner = TEMPLATE_TAG(h, 6);
		if (bpf_skb_vlan_push(skb, inner->proto, bpf_ntohs(inner->tci)))
			return -1;
		macs -= sizeof(struct tag);
	}
	if (r->l2_len == 22) {
		struct tag *outer = TEMPLATE_TAG(h, 10);
		if (bpf_skb_vlan_push(skb, outer->proto, bpf_ntohs(outer->tci)))
			return -1;
		macs -= sizeof(struct tag);
		s->tag_count = 1;
		s->l3 += sizeof(struct tag);
		s->l4 += sizeof(struct tag);
	}
	if (macs > FIRST_START || bpf_skb_store_bytes(skb, 0, h + macs, sizeof(s->macs), 0))
		return -1;
	return bpf_skb_store_bytes(skb, s->l3 - sizeof(type), &type, sizeof(type), 0);
}

/*
 * The checksum field holds what a device that finishes it needs. Where nobody will, because the packet came with a finished
 * one, the helper adds the rest; it knows which it is, and we do not.
 */
static __always_inline int finish_checksum(struct __sk_buff *skb, struct segment *s, __u8 *tcp, __u32 tcp_len)
{
	__u64 sum = sum_words(tcp, TCP_BASE / 4);
	if (tcp_len > TCP_BASE)
		sum += sum_words(tcp + TCP_BASE, 3);
	return bpf_l4_csum_replace(skb, s->l4 + 16, 0, fold(sum + *(__u16 *)(tcp + 16)), 0);
}

/*
 * Makes of the packet, whose headers are at s->l3 and s->l4, the session's segment with s->seq and s->flags and no payload.
 * What s says of the headers is right afterwards; not zero: the packet is of no more use.
 */
VERIFIED_ALONE int become(struct __sk_buff *skb, struct session_record *r, struct segment *s)
{
	if (!r || !s)
		return -1;
	const bool ipv6 = r->ip_version == 6;
	__u32 l3_len = ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	__u32 tcp_len = r->tcp_len > TCP_BASE ? TCP_BASE + 12 : TCP_BASE;
	__builtin_memcpy(s->tcp, r->header, TEMPLATE_BYTES);
	__u8 *network = s->tcp + NETWORK_OFFSET;
	__u8 *tcp = network + l3_len;

	struct fan_out f = {.now_ms = bpf_ktime_get_ns() / NS_PER_MS};
	struct job job = {.seq = s->seq, .flags = s->flags};
	if (ipv6)
		fill_ipv6(network, r, &job, &f);
	else
		fill_ipv4(network, r, &job, &f);
	fill_tcp(tcp, r, &job, &f);

	if (s->l3)
		pop_tags(skb, s);
	if (s->ip_version != r->ip_version) {
		if (bpf_skb_change_proto(skb, ipv6 ? bpf_htons(ETH_P_IPV6) : bpf_htons(ETH_P_IP), 0))
			return -1;
		s->l4 += ipv6 ? 20 : -20;
		s->ip_version = r->ip_version;
	}
	if (s->l3 && link_like(skb, r, s))
		return -1;
	int more = l3_len - (s->l4 - s->l3); /* extension headers */
	if (more && bpf_skb_adjust_room(skb, more, BPF_ADJ_ROOM_NET, 0))
		return -1;
	s->l4 = s->l3 + l3_len;
	if (bpf_skb_change_tail(skb, s->l4 + tcp_len, 0) || bpf_skb_store_bytes(skb, s->l3, network, l3_len + tcp_len, 0))
		return -1;
	return finish_checksum(skb, s, tcp, tcp_len);
}

static __always_inline void count_orphan(void)
{
	struct engine_state *e = engine_state();
	if (e)
		__sync_fetch_and_add(&e->reset, 1);
	count(C_ORPHANS_RESET);
}

/* The verdict on a segment that s->answer says how to answer. */
VERIFIED_ALONE int answer(struct __sk_buff *skb, struct session_record *r, struct segment *s)
{
	if (!r || !s)
		return TC_ACT_SHOT;
	const bool ends = s->answer == ANSWER_RESET && r->state == STATE_OWNED;
	if (s->answer == ANSWER_RESET) {
		/* What the viewer acknowledges is what it expects next: RFC 9293 3.10.7.1, and exact by RFC 5961. */
		s->seq = s->flags & TCP_ACK ? s->ack : r->una;
		s->flags = TCP_RST | TCP_ACK;
		r->state = STATE_LINGER;
	} else {
		s->seq = r->nxt;
		s->flags = TCP_ACK;
	}
	/* A packet without link header cannot leave by a device that wants one. */
	if ((s->l3 == 0 && r->ifindex != skb->ifindex) || become(skb, r, s)) {
		count(C_ANSWERS_FAILED);
		return TC_ACT_SHOT;
	}
	if (ends)
		count_orphan();
	else
		count(C_ANSWERS);
	return bpf_redirect(r->ifindex, 0);
}

#endif
