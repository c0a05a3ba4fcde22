// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A bad link: drops and duplicates TCP packets of a device in the viewers' namespace, both ways, by chances that
 * follow from a seed and the packet's number, and cuts chosen viewers off, for good or by a chance of their own. Handshakes (SYN) pass, so that a
 * test's time goes into what it tests.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "loss.h"

#define TCP_AT (int)(sizeof(struct ethhdr) + sizeof(struct iphdr))
#define COPY_MARK 0x10551055

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, DIRECTIONS);
	__type(key, __u32);
	__type(value, struct loss_side);
} sides SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u64);
} cut SEC(".maps");

/* SplitMix64 (Steele, Lea, Flood 2014). */
static __always_inline __u64 mix(__u64 x)
{
	x *= 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static __always_inline int pass(struct __sk_buff *skb, __u32 direction, __u64 redirect_flags)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct tcphdr *tcp = data + TCP_AT;

	if (skb->mark == COPY_MARK) {
		skb->mark = 0;
		return TC_ACT_OK;
	}
	struct loss_side *side = bpf_map_lookup_elem(&sides, &direction);
	if (!side || data + TCP_AT + sizeof(*tcp) > end || eth->h_proto != bpf_htons(ETH_P_IP)
	    || ip->protocol != IPPROTO_TCP || tcp->syn)
		return TC_ACT_OK;

	__u32 port = bpf_ntohs(direction == INGRESS ? tcp->dest : tcp->source);
	__u64 *cut_ppm = bpf_map_lookup_elem(&cut, &port);
	if (cut_ppm && (__u32)mix(~(side->seed + side->packets + side->cut)) % 1000000 < *cut_ppm) {
		__sync_fetch_and_add(&side->cut, 1);
		return TC_ACT_SHOT;
	}
	__u64 number = __sync_fetch_and_add(&side->packets, 1), chance = mix(side->seed + number);
	if ((__u32)chance % 1000000 < side->drop_ppm) {
		__sync_fetch_and_add(&side->dropped, 1);
		return TC_ACT_SHOT;
	}
	if ((chance >> 32) % 1000000 < side->duplicate_ppm) {
		__sync_fetch_and_add(&side->duplicated, 1);
		skb->mark = COPY_MARK;
		bpf_clone_redirect(skb, skb->ifindex, redirect_flags);
		skb->mark = 0;
	}
	return TC_ACT_OK;
}

SEC("tc")
int loss_ingress(struct __sk_buff *skb)
{
	return pass(skb, INGRESS, BPF_F_INGRESS);
}

SEC("tc")
int loss_egress(struct __sk_buff *skb)
{
	return pass(skb, EGRESS, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
