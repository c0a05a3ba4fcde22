/* SPDX-License-Identifier: Apache-2.0 */
/* A router that is congested at times: of what leaves, each thirtieth packet that is capable (RFC 3168) gets the mark. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define EACH 30

static __u32 seen;

SEC("tc")
int mark(struct __sk_buff *skb)
{
	if (seen++ % EACH == 0) /* two CPUs at once: the count need not be exact */
		bpf_skb_ecn_set_ce(skb);
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
