// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The tc programs. The receive hook (ingress) eats what viewers of owned sessions send and writes it into the session
 * record. The header builder (egress) turns one post into one frame a viewer.
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "answer.h"
#include "builder.h"
#include "icmp.h"
#include "knock.h"
#include "learn.h"
#include "predict.h"

#define PACKET_FOR_US 0 /* PACKET_HOST */

/* Mark of this instance's posts: two installations may share a device. Set by the loader. */
const volatile __u32 post_mark = 0;

/* Behind the link header; everything that is not an owned session's goes on to the other filters and the kernel. */
static __always_inline int receive_packet(struct __sk_buff *skb, struct segment *s, __u32 proto)
{
	int carried = NOTHING;
	if (proto == bpf_htons(ETH_P_IP))
		carried = read_ipv4(skb, s);
	else if (proto == bpf_htons(ETH_P_IPV6))
		carried = read_ipv6(skb, s);
	if (carried == OUT_OF_SIGHT) {
		count(C_DROP_EXTENSION_HEADERS);
		return TC_ACT_SHOT;
	}
	if (carried == NOTHING)
		return TC_ACT_UNSPEC;
	if (s->protocol == (s->ip_version == 6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return icmp(skb, s);
	if (s->protocol != IPPROTO_TCP || bpf_skb_load_bytes(skb, s->l4, &s->key.viewer_port, 4))
		return TC_ACT_UNSPEC; /* no ports: the kernel cannot find a connection either */
	__u32 *id = bpf_map_lookup_elem(&flows, &s->key);
	if (!id)
		return TC_ACT_UNSPEC;
	s->session = *id;
	struct session_record *r = bpf_map_lookup_elem(&sessions, &s->session);
	__u32 state = r ? *(volatile __u32 *)&r->state : STATE_FREE;
	if (!r || state == STATE_FREE) {
		count(C_FLOW_WITHOUT_SESSION);
		return TC_ACT_UNSPEC;
	}

	int wrong = read_segment(skb, s);
	if (state == STATE_TAKING && presence(bpf_ktime_get_ns()) == ENGINE_GONE)
		return TC_ACT_UNSPEC; /* its socket ended with the engine, without a word: the kernel resets it */
	if (state == STATE_LEARN || state == STATE_TAKING) {
		if (!wrong)
			learn(skb, r, s);
		count(state == STATE_LEARN ? C_LEARN_PASSED : C_EATEN_TAKING);
		return state == STATE_LEARN ? TC_ACT_UNSPEC : TC_ACT_SHOT;
	}
	if (wrong) {
		count(wrong);
		return TC_ACT_SHOT;
	}
	if (state == STATE_OWNED) {
		owned(r, s);
		return s->answer ? answer(skb, r, s) : TC_ACT_SHOT;
	}
	if ((s->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN) {
		bpf_map_delete_elem(&flows, &s->key);
		count(C_LINGER_ENDED_BY_SYN);
		return TC_ACT_UNSPEC;
	}
	count(C_EATEN_LINGER);
	if (presence(bpf_ktime_get_ns()) == ENGINE_GONE && !(s->flags & TCP_RST)) {
		s->answer = ANSWER_RESET; /* the one before may have been lost or not exact */
		return answer(skb, r, s);
	}
	return TC_ACT_SHOT;
}

/* One program for each kind of device: what it is, is constant in each. */
static __always_inline int receive(struct __sk_buff *skb, const bool ethernet, const bool unfinished_allowed)
{
	if (skb->pkt_type != PACKET_FOR_US)
		return TC_ACT_UNSPEC;
	if (predicted(skb, ethernet, unfinished_allowed))
		return TC_ACT_SHOT;
	struct segment s = {.ifindex = skb->ifindex, .unfinished_allowed = unfinished_allowed};
	__be16 proto = ethernet ? link_header(skb, &s) : (__be16)skb->protocol;
	return receive_packet(skb, &s, proto);
}

/* Ethernet devices that are hardware: every checksum is finished. */
SEC("tc")
int receive_hook(struct __sk_buff *skb)
{
	return receive(skb, true, false);
}

/* Loopback, veth, bridges, virtual machines' devices: local senders leave checksums to the hardware that there is not. */
SEC("tc")
int receive_virtual(struct __sk_buff *skb)
{
	return receive(skb, true, true);
}

/* TUN: packets without link header. */
SEC("tc")
int receive_bare(struct __sk_buff *skb)
{
	return receive(skb, false, true);
}

SEC("tc")
int header_builder(struct __sk_buff *skb)
{
	if (skb->mark != post_mark || post_mark == 0)
		return is_knock(skb) ? knock(skb) : TC_ACT_UNSPEC;
	return build(skb);
}

char _license[] SEC("license") = "Dual BSD/GPL";
