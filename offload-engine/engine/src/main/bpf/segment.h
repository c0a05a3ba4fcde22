// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * From any packet to a valid TCP segment or a named reason. Only bpf_skb_load_bytes touches the packet: super-segments
 * and non-linear packets are like any other.
 */
#ifndef TCPOFFLOAD_SEGMENT_H
#define TCPOFFLOAD_SEGMENT_H

#include "maps.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10
#define TCP_ECE 0x40

#define IP_MORE_FRAGMENTS 0x2000
#define IP_OFFSET 0x1fff
#define IP_DONT_FRAGMENT 0x4000

#define MAX_TAGS 2
#define TCP_BASE 20
#define TCP_MAX 60

struct tag {
	__be16 proto;
	__be16 tci;
};

struct segment {
	__u8 tcp[96]; /* the TCP header, then zeros: an option at the very end may be read past it */
	__u8 macs[12];
	struct tag tags[MAX_TAGS];
	__u32 tag_count;
	__u32 l3;
	__u32 l4;
	__u32 session;
	__be32 viewer;
	__be32 local;
	__u32 seq;
	__u32 ack;
	__u32 payload;
	__u32 tcp_len;
	__u32 at; /* next option */
	__u32 tsval;
	__u32 tsecr;
	__u32 sack[2 * MAX_SACK_BLOCKS];
	__u16 window;
	__u8 flags;
	__u8 sack_count;
	__u8 has_ts;
	__u8 bad_option;
};

static __always_inline bool before(__u32 a, __u32 b)
{
	return (__s32)(a - b) < 0;
}

static __always_inline bool after(__u32 a, __u32 b)
{
	return before(b, a);
}

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static __always_inline __u64 halves(__be32 address)
{
	return (__u64)(address & 0xffff) + (address >> 16);
}

static __always_inline void map_address(__u8 *into, __be32 address)
{
	into[10] = 0xff;
	into[11] = 0xff;
	*(__be32 *)(into + 12) = address;
}

static __always_inline bool is_vlan(__be16 proto)
{
	return proto == bpf_htons(ETH_P_8021Q) || proto == bpf_htons(ETH_P_8021AD);
}

/* Fills addresses, tags and l3; false when what follows is not IPv4. */
static __always_inline bool link_header(struct __sk_buff *skb, struct segment *s)
{
	struct ethhdr eth;
	if (bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)))
		return false;
	__be16 proto = eth.h_proto;
	s->l3 = sizeof(eth);
	if (is_vlan(proto)) {
		struct tag word; /* in the packet it is: tag's tci, next protocol */
		if (bpf_skb_load_bytes(skb, s->l3, &word, sizeof(word)))
			return false;
		s->tags[0].proto = proto;
		s->tags[0].tci = word.proto;
		s->tag_count = 1;
		proto = word.tci;
		s->l3 += sizeof(word);
		if (is_vlan(proto)) {
			if (bpf_skb_load_bytes(skb, s->l3, &word, sizeof(word)))
				return false;
			s->tags[1].proto = proto;
			s->tags[1].tci = word.proto;
			s->tag_count = 2;
			proto = word.tci;
			s->l3 += sizeof(word);
		}
	}
	__builtin_memcpy(s->macs, &eth, sizeof(s->macs));
	return proto == bpf_htons(ETH_P_IP);
}

/* One TCP option. Zero: go on. */
static long one_option(__u32 i, struct segment *s)
{
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

struct payload_sum {
	struct __sk_buff *skb;
	__u32 at;
	__u32 left;
	__u32 sum;
	__u32 failed;
};

#define SUM_CHUNK 64
#define MAX_SUMMED 9216 /* a jumbo frame; longer ones are merged segments, verified by whoever merged them */

static long sum_chunk(__u32 i, struct payload_sum *p)
{
	__u32 chunk[SUM_CHUNK / 4] = {};
	__u32 length = p->left;
	if (length == 0)
		return 1;
	if (length > SUM_CHUNK)
		length = SUM_CHUNK;
	if (bpf_skb_load_bytes(p->skb, p->at, chunk, length)) {
		p->failed = 1;
		return 1;
	}
	p->sum = bpf_csum_diff(0, 0, chunk, SUM_CHUNK, p->sum);
	p->at += length;
	p->left -= length;
	return 0;
}

/*
 * The checksum of the segment. A local sender leaves it unfinished: then it holds the folded sum of the pseudo header.
 */
static __noinline bool tcp_checksum_right(struct __sk_buff *skb, struct segment *s)
{
	__u64 pseudo = halves(s->viewer) + halves(s->local) + bpf_htons(IPPROTO_TCP) + bpf_htons(s->tcp_len + s->payload);
	__u16 check = *(__u16 *)(s->tcp + 16);
	if (check == fold(pseudo))
		return true;
	if (skb->gso_segs > 1 || s->payload > MAX_SUMMED)
		return true;
	struct payload_sum p = {
		.skb = skb,
		.at = s->l4 + s->tcp_len,
		.left = s->payload,
		.sum = bpf_csum_diff(0, 0, (__be32 *)s->tcp, 64, fold(pseudo)),
	};
	if (p.left)
		bpf_loop(MAX_SUMMED / SUM_CHUNK, sum_chunk, &p, 0);
	return !p.failed && fold(p.sum) == 0xffff;
}

/*
 * Checks everything from the IP header on and fills the rest of the segment.
 * 0, or the counter that names what is wrong.
 */
static __always_inline int read_segment(struct __sk_buff *skb, struct iphdr *ip, struct segment *s)
{
	if (ip->frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_OFFSET))
		return C_DROP_FRAGMENT;
	if (ip->version != 4 || ip->ihl < 5)
		return C_DROP_BAD_IP_HEADER;
	if (ip->ihl > 5)
		return C_DROP_IP_OPTIONS;
	__u32 there = skb->len - s->l3;
	__u32 total = bpf_ntohs(ip->tot_len);
	if (total == 0 && skb->gso_segs > 1)
		total = there; /* larger than 64 KB: the length field cannot say it */
	if (total > there || total < sizeof(*ip) + TCP_BASE)
		return C_DROP_BAD_IP_HEADER;
	if (fold(bpf_csum_diff(0, 0, (__be32 *)ip, sizeof(*ip), 0)) != 0xffff)
		return C_DROP_IP_CHECKSUM;

	if (bpf_skb_load_bytes(skb, s->l4, s->tcp, TCP_BASE))
		return C_DROP_BAD_TCP_HEADER;
	struct tcphdr *tcp = (struct tcphdr *)s->tcp;
	__u32 options = (__u32)tcp->doff * 4 - TCP_BASE;
	s->tcp_len = tcp->doff * 4;
	if (tcp->doff < 5 || s->tcp_len + sizeof(*ip) > total)
		return C_DROP_BAD_TCP_HEADER;
	s->payload = total - sizeof(*ip) - s->tcp_len;
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
		bpf_loop(TCP_MAX - TCP_BASE, one_option, s, 0);
		if (s->bad_option)
			return C_DROP_TCP_OPTION;
	}
	return 0;
}

#endif
