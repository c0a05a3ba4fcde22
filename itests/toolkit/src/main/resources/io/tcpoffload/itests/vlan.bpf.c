/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VLAN trunk for machines whose kernel has no VLAN devices: one program for what a host sends, one for what comes to it.
 * What carries a tag already when it is sent is left as it is.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline int tagged(struct __sk_buff *skb)
{
	return skb->vlan_present || skb->protocol == bpf_htons(ETH_P_8021Q) || skb->protocol == bpf_htons(ETH_P_8021AD);
}

SEC("tc/one")
int push_one(struct __sk_buff *skb)
{
	if (!tagged(skb))
		bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 5);
	return TC_ACT_UNSPEC;
}

SEC("tc/two")
int push_two(struct __sk_buff *skb)
{
	if (!tagged(skb)) {
		bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 6);
		bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021AD), 5);
	}
	return TC_ACT_UNSPEC;
}

/* VLAN 0: only a priority */
SEC("tc/priority")
int push_priority(struct __sk_buff *skb)
{
	if (!tagged(skb))
		bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 0xa000);
	return TC_ACT_UNSPEC;
}

SEC("tc/pop")
int pop(struct __sk_buff *skb)
{
	if (tagged(skb))
		bpf_skb_vlan_pop(skb);
	if (tagged(skb))
		bpf_skb_vlan_pop(skb);
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
