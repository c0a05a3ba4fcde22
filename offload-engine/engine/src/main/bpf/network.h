// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * From any packet to what its IP header carries: IPv4 or IPv6, behind VLAN tags and extension headers. What is wrong with
 * an IP header is noted and judged when it is known whose packet it is.
 */
#ifndef TCPOFFLOAD_NETWORK_H
#define TCPOFFLOAD_NETWORK_H

#include "maps.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10
#define TCP_ECE 0x40
#define TCP_CWR 0x80

#define PLAIN_IPV4 0x45 /* version, no options */
#define IP_MORE_FRAGMENTS 0x2000
#define IP_OFFSET 0x1fff
#define IP_DONT_FRAGMENT 0x4000
#define IP6_OFFSET 0xfff8
#define IP6_MORE_FRAGMENTS 1
#define ECN_MASK 3
#define ECN_CE 3

/*
 * Functions with external linkage are verified once, by themselves, and not again for every way that leads to them: the
 * verifier's states would multiply. Their pointers may be null as far as it knows.
 */
#define VERIFIED_ALONE __attribute__((noinline))

#define MAX_TAGS 2
#define TCP_BASE 20
#define TCP_MAX 60

/*
 * A viewer's packet has none, at times one or two. RFC 8504 section 5.3 lets a host discard longer chains, and an end has
 * to be: whoever sends more has something else in mind.
 */
#define MAX_EXTENSION_HEADERS 32

struct tag {
	__be16 proto;
	__be16 tci;
};

struct segment {
	__u8 tcp[96]; /* the TCP header, then zeros: an option at the very end may be read past it */
	struct flow_key key;
	__u8 macs[12];
	struct tag tags[MAX_TAGS];
	__u32 tag_count;
	__u32 ifindex;
	__u32 l3;
	__u32 l4;
	__u32 length; /* bytes from l4 to the end of the IP packet: padding is not payload */
	__u32 session;
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
	__u8 ip_version;
	__u8 protocol; /* at l4 */
	__u8 ecn;
	__u8 wrong; /* counter that says what is wrong with the IP header, or 0 */
	__u8 unfinished_allowed;
	__u8 answer; /* ANSWER_*: while no engine is there */
};

#define ANSWER_ACK 1
#define ANSWER_RESET 2

/* What the IP header has led to. */
enum carried {
	NOTHING,     /* nothing that a connection could be found by: the kernel cannot, either */
	PROTOCOL,    /* s->protocol lies at s->l4 */
	OUT_OF_SIGHT, /* behind more extension headers than are looked through */
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

static __always_inline __u64 sum_words(const void *from, int count)
{
	const __be32 *words = from;
	__u64 sum = 0;
#pragma unroll
	for (int i = 0; i < count; i++)
		sum += words[i];
	return sum;
}

/* Both addresses. The ffff of a mapped IPv4 address is a zero of this arithmetic (RFC 1071). */
static __always_inline __u64 sum_addresses(struct flow_key *key)
{
	return sum_words(key, 8);
}

static __always_inline void map_address(__u8 *into, __be32 address)
{
	into[10] = 0xff;
	into[11] = 0xff;
	*(__be32 *)(into + 12) = address;
}

/* Where a segment came from, in one word. */
static __always_inline __u64 path_of(const __u8 *mac, __u32 ifindex)
{
	const __u16 *words = (const __u16 *)mac;
	return (__u64)words[0] << 48 | (__u64)words[1] << 32 | (__u64)words[2] << 16 | (ifindex & 0xffff);
}

static __always_inline bool is_vlan(__be16 proto)
{
	return proto == bpf_htons(ETH_P_8021Q) || proto == bpf_htons(ETH_P_8021AD);
}

/* Fills addresses, tags and l3. The protocol of what follows, or 0. */
static __always_inline __be16 link_header(struct __sk_buff *skb, struct segment *s)
{
	struct ethhdr eth;
	if (bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)))
		return 0;
	__be16 proto = eth.h_proto;
	s->l3 = sizeof(eth);
	if (is_vlan(proto)) {
		struct tag word; /* in the packet it is: tag's tci, next protocol */
		if (bpf_skb_load_bytes(skb, s->l3, &word, sizeof(word)))
			return 0;
		s->tags[0].proto = proto;
		s->tags[0].tci = word.proto;
		s->tag_count = 1;
		proto = word.tci;
		s->l3 += sizeof(word);
		if (is_vlan(proto)) {
			if (bpf_skb_load_bytes(skb, s->l3, &word, sizeof(word)))
				return 0;
			s->tags[1].proto = proto;
			s->tags[1].tci = word.proto;
			s->tag_count = 2;
			proto = word.tci;
			s->l3 += sizeof(word);
		}
	}
	__builtin_memcpy(s->macs, &eth, sizeof(s->macs));
	return proto;
}

static __always_inline int judge_ipv4(struct __sk_buff *skb, struct iphdr *ip, struct segment *s)
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
	if (total > there || total < sizeof(*ip))
		return C_DROP_BAD_IP_HEADER;
	s->length = total - sizeof(*ip);
	if (fold(bpf_csum_diff(0, 0, (__be32 *)ip, sizeof(*ip), 0)) != 0xffff)
		return C_DROP_IP_CHECKSUM;
	return 0;
}

VERIFIED_ALONE int read_ipv4(struct __sk_buff *skb, struct segment *s)
{
	struct iphdr ip;
	if (!s || bpf_skb_load_bytes(skb, s->l3, &ip, sizeof(ip)) || ip.frag_off & bpf_htons(IP_OFFSET))
		return NOTHING;
	map_address(s->key.viewer, ip.saddr);
	map_address(s->key.local, ip.daddr);
	s->ip_version = 4;
	s->protocol = ip.protocol;
	s->ecn = ip.tos & ECN_MASK;
	s->l4 = s->l3 + (ip.ihl < 5 ? sizeof(ip) : ip.ihl * 4);
	s->wrong = judge_ipv4(skb, &ip, s);
	return PROTOCOL;
}

struct chain {
	struct __sk_buff *skb;
	__u32 at;
	__u8 protocol;
	__u8 fragment; /* the first of several: its ports are there */
	__u8 nothing;
};

/* One extension header. Zero: go on. */
static long one_extension(__u32 i, struct chain *c)
{
	struct {
		__u8 next;
		__u8 length;
		__be16 fragment;
	} header;
	switch (c->protocol) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_FRAGMENT:
		break;
	default:
		return 1;
	}
	if (bpf_skb_load_bytes(c->skb, c->at, &header, sizeof(header))) {
		c->nothing = 1;
		return 1;
	}
	__u32 length = 8 + 8 * header.length;
	if (c->protocol == IPPROTO_FRAGMENT) {
		if (header.fragment & bpf_htons(IP6_OFFSET)) {
			c->nothing = 1; /* a later one is nothing without the first */
			return 1;
		}
		/* RFC 6946: a packet that is a fragment of itself is a packet. */
		c->fragment |= (header.fragment & bpf_htons(IP6_MORE_FRAGMENTS)) != 0;
		length = 8;
	}
	c->protocol = header.next;
	c->at += length;
	return 0;
}

static __always_inline bool is_extension(__u8 protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING || protocol == IPPROTO_DSTOPTS ||
	       protocol == IPPROTO_FRAGMENT;
}

VERIFIED_ALONE int read_ipv6(struct __sk_buff *skb, struct segment *s)
{
	struct {
		__be32 version_class_label;
		__be16 payload;
		__u8 next;
		__u8 hops;
	} ip;
	if (!s || bpf_skb_load_bytes(skb, s->l3, &ip, sizeof(ip)) ||
	    bpf_skb_load_bytes(skb, s->l3 + sizeof(ip), s->key.viewer, 32))
		return NOTHING;
	struct chain c = {.skb = skb, .at = s->l3 + sizeof(struct ipv6hdr), .protocol = ip.next};
	if (is_extension(ip.next))
		bpf_loop(MAX_EXTENSION_HEADERS, one_extension, &c, 0);
	if (c.nothing)
		return NOTHING;
	if (is_extension(c.protocol))
		return OUT_OF_SIGHT;
	__u32 first = bpf_ntohl(ip.version_class_label);
	s->ip_version = 6;
	s->protocol = c.protocol;
	s->ecn = first >> 20 & ECN_MASK;
	s->l4 = c.at;
	__u32 there = skb->len - s->l3;
	__u32 total = sizeof(struct ipv6hdr) + bpf_ntohs(ip.payload);
	if (ip.payload == 0 && skb->gso_segs > 1)
		total = there; /* a jumbogram made by merging */
	__u32 headers = c.at - s->l3;
	if (first >> 28 != 6 || total > there || headers > total)
		s->wrong = C_DROP_BAD_IP_HEADER;
	else if (c.fragment)
		s->wrong = C_DROP_FRAGMENT;
	s->length = total - headers;
	return PROTOCOL;
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

/* Folded: 0xffff when a checksum over all of it was right; 0 when bytes are missing. */
static __always_inline __u16 sum_payload(struct payload_sum *p)
{
	if (p->left)
		bpf_loop(MAX_SUMMED / SUM_CHUNK, sum_chunk, p, 0);
	return p->failed || p->left ? 0 : fold(p->sum);
}

#endif
