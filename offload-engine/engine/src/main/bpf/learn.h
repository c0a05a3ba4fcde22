// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The header template, defined from the viewer's ACK while the kernel still owns the connection. */
#ifndef TCPOFFLOAD_LEARN_H
#define TCPOFFLOAD_LEARN_H

#include "segment.h"

#define DEFAULT_TTL 64
#define TCP_ESTABLISHED_STATE 1
#define TCP_CLOSE_WAIT_STATE 8
#define VLAN_ID 0x0fff
/*
 * On veth and lo the viewer's ACK is here before the sending call has moved the socket's snd_nxt, so some more than that
 * is believed. The sequence number must be exact: a stranger's chance stays 2^-44.
 */
#define SENDING_NOW (1 << 20)

/*
 * Whether the kernel's socket would take this segment as the next one: then it is the viewer's and not a stranger's who
 * knows addresses and ports only.
 */
static __always_inline bool credible(struct __sk_buff *skb, struct segment *s)
{
	struct tcphdr *tcp = (struct tcphdr *)s->tcp;
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sock;
	if (s->ip_version == 6) {
		__builtin_memcpy(tuple.ipv6.saddr, s->key.viewer, 32); /* and daddr, which follows it */
		tuple.ipv6.sport = tcp->source;
		tuple.ipv6.dport = tcp->dest;
		sock = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
	} else {
		tuple.ipv4.saddr = *(__be32 *)(s->key.viewer + 12);
		tuple.ipv4.daddr = *(__be32 *)(s->key.local + 12);
		tuple.ipv4.sport = tcp->source;
		tuple.ipv4.dport = tcp->dest;
		sock = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	}
	if (!sock)
		return false;
	bool right = false;
	if (sock->state == TCP_ESTABLISHED_STATE || sock->state == TCP_CLOSE_WAIT_STATE) {
		struct bpf_tcp_sock *peer = bpf_tcp_sock(sock);
		if (peer)
			right = s->seq == peer->rcv_nxt && !before(s->ack, peer->snd_una) &&
				!after(s->ack, peer->snd_nxt + SENDING_NOW);
	}
	bpf_sk_release(sock);
	return right;
}

/* Priority tags (VLAN 0) are not answered with a tag, as the kernel does. */
static __always_inline bool is_priority_tag(__be16 tci)
{
	return (tci & bpf_htons(VLAN_ID)) == 0;
}

/* Outermost first. */
struct tag_stack {
	struct tag outer;
	struct tag inner;
	__u32 count;
};

static __always_inline void push_tag(struct tag_stack *stack, __be16 proto, __be16 tci)
{
	struct tag tag = {.proto = proto, .tci = tci};
	if (is_priority_tag(tci))
		return;
	if (stack->count == 0)
		stack->outer = tag;
	else
		stack->inner = tag;
	stack->count++;
}

/*
 * Right-aligned before NETWORK_OFFSET: MAC addresses swapped, the same VLAN. 0 when there are too many tags. For a device
 * without link layer it is zeros, which the kernel takes off again when the frame is redirected there.
 */
static __always_inline __u32 define_link(struct __sk_buff *skb, struct segment *s, struct session_record *r)
{
	struct tag_stack tags = {};
	if (skb->vlan_present) {
		r->vlan_tci = skb->vlan_tci;
		r->vlan_proto = skb->vlan_proto;
		push_tag(&tags, skb->vlan_proto, bpf_htons(skb->vlan_tci));
	}
	if (s->tag_count > 0)
		push_tag(&tags, s->tags[0].proto, s->tags[0].tci);
	if (s->tag_count > 1)
		push_tag(&tags, s->tags[1].proto, s->tags[1].tci);
	if (tags.count > MAX_TAGS)
		return 0;
	__u32 l2 = sizeof(struct ethhdr) + tags.count * sizeof(struct tag);
	__u8 *h = r->header + NETWORK_OFFSET;
	*(__be16 *)(h - 2) = s->ip_version == 6 ? bpf_htons(ETH_P_IPV6) : bpf_htons(ETH_P_IP);
	if (tags.count == 1) {
		*(struct tag *)(h - 6) = tags.outer;
	} else if (tags.count == 2) {
		*(struct tag *)(h - 10) = tags.outer;
		*(struct tag *)(h - 6) = tags.inner;
	}
	h -= l2;
#pragma unroll
	for (int i = 0; i < ETH_ALEN; i++) {
		h[i] = s->macs[ETH_ALEN + i];
		h[ETH_ALEN + i] = s->macs[i];
	}
	return l2;
}

/* The fields that stay the same for the whole connection; the rest is zero. */
static __always_inline void define_ipv4(struct segment *s, struct session_record *r)
{
	struct iphdr *ip = (struct iphdr *)(r->header + NETWORK_OFFSET);
	ip->version = 4;
	ip->ihl = 5;
	ip->frag_off = bpf_htons(IP_DONT_FRAGMENT);
	ip->ttl = DEFAULT_TTL;
	ip->protocol = IPPROTO_TCP;
	ip->saddr = *(__be32 *)(s->key.local + 12);
	ip->daddr = *(__be32 *)(s->key.viewer + 12);
	__u16 *words = (__u16 *)ip;
	__u64 addresses = halves(ip->saddr) + halves(ip->daddr);
	r->ip_sum = words[0] + words[3] + words[4] + addresses;
	r->pseudo_sum = bpf_htons(IPPROTO_TCP) + addresses;
	r->l3_len = sizeof(*ip);
}

static __always_inline void define_ipv6(struct segment *s, struct session_record *r)
{
	struct ipv6hdr *ip = (struct ipv6hdr *)(r->header + NETWORK_OFFSET);
	ip->version = 6;
	ip->nexthdr = IPPROTO_TCP;
	ip->hop_limit = DEFAULT_TTL;
	__builtin_memcpy(&ip->saddr, s->key.local, 16);
	__builtin_memcpy(&ip->daddr, s->key.viewer, 16);
	r->ip_sum = 0;
	r->pseudo_sum = bpf_htons(IPPROTO_TCP) + fold(sum_addresses(&s->key));
	r->l3_len = sizeof(*ip);
}

static __always_inline void define_transport(struct segment *s, struct session_record *r)
{
	struct tcphdr *theirs = (struct tcphdr *)s->tcp;
	__u8 *at = r->header + NETWORK_OFFSET +
		   (s->ip_version == 6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr));
	struct tcphdr *tcp = (struct tcphdr *)at;
	tcp->source = theirs->dest;
	tcp->dest = theirs->source;
	tcp->doff = s->has_ts ? 8 : 5;
	if (s->has_ts) {
		at[20] = 1;
		at[21] = 1;
		at[22] = 8;
		at[23] = 10;
	}
	r->tcp_len = s->has_ts ? 32 : 20;
}

VERIFIED_ALONE int learn(struct __sk_buff *skb, struct session_record *r, struct segment *s)
{
	if (!r || !s || !(s->flags & TCP_ACK) || s->flags & (TCP_SYN | TCP_RST))
		return 0;
	if (!credible(skb, s)) {
		count(C_LEARN_NOT_CREDIBLE);
		return 0;
	}
	__u64 now = bpf_ktime_get_ns();
	/* What a reset needs, should the engine end before it has read the socket. */
	if (r->template_ns == 0 || after(s->ack, r->una))
		r->una = s->ack;
	if (s->has_ts && (r->ts_recent_ns == 0 || !before(s->tsval, r->ts_recent))) {
		r->ts_recent = s->tsval;
		r->ts_recent_ns = now;
	}
	if (r->template_ns || s->payload || s->flags & TCP_FIN)
		return 0;
	__u32 l2 = define_link(skb, s, r);
	if (l2 == 0)
		return 0;
	if (s->ip_version == 6)
		define_ipv6(s, r);
	else
		define_ipv4(s, r);
	define_transport(s, r);
	r->l2_len = l2;
	r->ip_version = s->ip_version;
	r->ifindex = skb->ifindex;
	r->path = path_of(s->macs + ETH_ALEN, s->ifindex);
	r->window = s->window;
	/* An exchange is ordered on every machine: whoever sees the time sees the template. */
	__sync_lock_test_and_set(&r->template_ns, now);
	count(C_TEMPLATES_DEFINED);
	return 0;
}

#endif
