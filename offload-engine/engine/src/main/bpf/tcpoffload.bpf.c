// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The two tc programs. receive_hook (ingress) eats what viewers of owned sessions send and writes it into the session
 * record. header_builder (egress) turns one post into one frame a viewer.
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "builder.h"
#include "learn.h"
#include "predict.h"

#define PACKET_FOR_US 0 /* PACKET_HOST */

/* Mark of this instance's posts: two installations may share a device. Set by the loader. */
const volatile __u32 post_mark = 0;

SEC("tc")
int receive_hook(struct __sk_buff *skb)
{
	/* Everything that is not an owned session's goes on to the other filters and the kernel. */
	if (skb->pkt_type != PACKET_FOR_US)
		return TC_ACT_UNSPEC;
	if (predicted(skb))
		return TC_ACT_SHOT;
	struct segment s = {};
	struct iphdr ip;
	struct flow_key key = {};
	if (!link_header(skb, &s) || bpf_skb_load_bytes(skb, s.l3, &ip, sizeof(ip)))
		return TC_ACT_UNSPEC;
	if (ip.protocol != IPPROTO_TCP || ip.frag_off & bpf_htons(IP_OFFSET))
		return TC_ACT_UNSPEC;
	s.l4 = s.l3 + (ip.ihl < 5 ? sizeof(ip) : ip.ihl * 4);
	if (bpf_skb_load_bytes(skb, s.l4, &key.viewer_port, 4))
		return TC_ACT_UNSPEC; /* no ports: the kernel cannot find a connection either */
	map_address(key.viewer, ip.saddr);
	map_address(key.local, ip.daddr);
	__u32 *id = bpf_map_lookup_elem(&flows, &key);
	if (!id)
		return TC_ACT_UNSPEC;
	s.session = *id;
	struct session_record *r = bpf_map_lookup_elem(&sessions, &s.session);
	__u32 state = r ? *(volatile __u32 *)&r->state : STATE_FREE;
	if (!r || state == STATE_FREE) {
		count(C_FLOW_WITHOUT_SESSION);
		return TC_ACT_UNSPEC;
	}

	s.viewer = ip.saddr;
	s.local = ip.daddr;
	int wrong = read_segment(skb, &ip, &s);
	if (state == STATE_LEARN || state == STATE_TAKING) {
		if (!wrong)
			learn(skb, r, &s);
		count(state == STATE_LEARN ? C_LEARN_PASSED : C_EATEN_TAKING);
		return state == STATE_LEARN ? TC_ACT_UNSPEC : TC_ACT_SHOT;
	}
	if (wrong) {
		count(wrong);
		return TC_ACT_SHOT;
	}
	if (state == STATE_OWNED) {
		owned(r, &s);
		return TC_ACT_SHOT;
	}
	if ((s.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN) {
		bpf_map_delete_elem(&flows, &key);
		count(C_LINGER_ENDED_BY_SYN);
		return TC_ACT_UNSPEC;
	}
	count(C_EATEN_LINGER);
	return TC_ACT_SHOT;
}

SEC("tc")
int header_builder(struct __sk_buff *skb)
{
	if (skb->mark != post_mark || post_mark == 0)
		return TC_ACT_UNSPEC;
	return build(skb);
}

char _license[] SEC("license") = "Dual BSD/GPL";
