// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * From the TCP header on: a valid segment or a named reason. Only bpf_skb_load_bytes touches the packet: super-segments
 * and non-linear packets are like any other.
 */
#ifndef TCPOFFLOAD_SEGMENT_H
#define TCPOFFLOAD_SEGMENT_H

#include "network.h"

/* The stack holds the pointer: bpf_loop takes nothing else. */
struct options {
	struct segment *of;
};

/* One TCP option. Zero: go on. */
static long one_option(__u32 i, struct options *o)
{
	struct segment *s = o->of;
	__u32 at = s->at;
	if (at >= s->tcp_len || at >= TCP_MAX)
		return 1;
	__u8 *option = s->tcp + at;
	if (option[0] == 0)
		return 1;
	if (option[0] == 1) {
		s->at = at + 1;
		return 0;
	}
	__u32 len = option[1];
	if (len < 2 || at + len > s->tcp_len) {
		s->bad_option = 1;
		return 1;
	}
	s->at = at + len;
	if (option[0] == 8) {
		if (len != 10) {
			s->bad_option = 1;
			return 1;
		}
		s->has_ts = 1;
		s->tsval = option[2] << 24 | option[3] << 16 | option[4] << 8 | option[5];
		s->tsecr = option[6] << 24 | option[7] << 16 | option[8] << 8 | option[9];
	} else if (option[0] == 5) {
		if (len < 10 || len > 2 + 8 * MAX_SACK_BLOCKS || (len - 2) & 7) {
			s->bad_option = 1;
			return 1;
		}
		s->sack_count = (len - 2) / 8;
#pragma unroll
		for (int edge = 0; edge < 2 * MAX_SACK_BLOCKS; edge++) {
			__u8 *b = option + 2 + 4 * edge;
			s->sack[edge] = b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
		}
	}
	return 0;
}

/*
 * The checksum of the segment. A local sender leaves it unfinished: then it holds the folded sum of the pseudo header.
 */
static __always_inline bool tcp_checksum_right(struct __sk_buff *skb, struct segment *s)
{
	__u64 pseudo = sum_addresses(&s->key) + bpf_htons(IPPROTO_TCP) + bpf_htons(s->tcp_len + s->payload);
	__u16 check = *(__u16 *)(s->tcp + 16);
	if (s->unfinished_allowed && check == fold(pseudo))
		return true;
	if (skb->gso_segs > 1 || s->payload > MAX_SUMMED)
		return true;
	struct payload_sum p = {
		.skb = skb,
		.at = s->l4 + s->tcp_len,
		.left = s->payload,
		.sum = bpf_csum_diff(0, 0, (__be32 *)s->tcp, 64, fold(pseudo)),
	};
	return sum_payload(&p) == 0xffff;
}

/* Fills the rest of the segment. 0, or the counter that names what is wrong. */
VERIFIED_ALONE int read_segment(struct __sk_buff *skb, struct segment *s)
{
	if (!s)
		return C_DROP_BAD_TCP_HEADER;
	if (s->wrong)
		return s->wrong;
	if (s->length < TCP_BASE)
		return C_DROP_BAD_IP_HEADER;
	if (bpf_skb_load_bytes(skb, s->l4, s->tcp, TCP_BASE))
		return C_DROP_BAD_TCP_HEADER;
	struct tcphdr *tcp = (struct tcphdr *)s->tcp;
	__u32 options = (__u32)tcp->doff * 4 - TCP_BASE;
	s->tcp_len = tcp->doff * 4;
	asm volatile("" : "+r"(options)); /* the verifier is to see the comparison with what is used */
	if (tcp->doff < 5 || s->tcp_len > s->length)
		return C_DROP_BAD_TCP_HEADER;
	s->payload = s->length - s->tcp_len;
	if (options > 0 && options <= TCP_MAX - TCP_BASE) {
		if (bpf_skb_load_bytes(skb, s->l4 + TCP_BASE, s->tcp + TCP_BASE, options))
			return C_DROP_BAD_TCP_HEADER;
	}
	if (!tcp_checksum_right(skb, s))
		return C_DROP_TCP_CHECKSUM;

	s->seq = bpf_ntohl(tcp->seq);
	s->ack = bpf_ntohl(tcp->ack_seq);
	s->window = bpf_ntohs(tcp->window);
	s->flags = s->tcp[13];
	if (options) {
		s->at = TCP_BASE;
		struct options o = {.of = s};
		bpf_loop(TCP_MAX - TCP_BASE, one_option, &o, 0);
		if (s->bad_option)
			return C_DROP_TCP_OPTION;
	}
	return 0;
}

#endif
