// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A viewer that costs next to nothing: a tc ingress program at the viewers' end of a veth pair.
 *
 * Each connection is set up by the viewers' own kernel, which negotiates window scale, SACK and timestamps; then
 * user space arms its record and from then on this program alone answers. It is a receiver in the sense of RFC 9293
 * section 3.10.7.4: it takes what is in order, acknowledges it at once, and answers anything else with a duplicate
 * acknowledgement, so that a sender which loses a segment has to send it again. The packet that brought the data is
 * turned round, with new headers. What was payload stays behind them as padding, beyond the IP total length: cutting
 * it off here (bpf_skb_change_tail) would copy all of it first, and the farm would cost more than what is measured.
 * The answer steps over to the other end of the pair within the same receive call (bpf_redirect_peer): a second trip
 * through a transmit path and a backlog queue would be the viewers' cost, not the sender's.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/pkt_cls.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include "farm.h"

#define IP_AT (int)sizeof(struct ethhdr)
#define TCP_AT (IP_AT + (int)sizeof(struct iphdr))
#define OPTIONS_AT (TCP_AT + (int)sizeof(struct tcphdr))
#define TS_LENGTH 12
/* NOP, NOP, timestamps, length 10: the layout every Linux sender uses (RFC 7323 appendix A). */
#define TS_LAYOUT bpf_htonl(0x0101080a)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, FARM_PORTS);
	__type(key, __u32);
	__type(value, struct farm_viewer);
} viewers SEC(".maps");

struct answer {
	__u16 pad; /* so that the 32-bit fields of the IP and TCP headers are aligned on the stack */
	struct ethhdr eth;
	struct iphdr ip;
	struct tcphdr tcp;
	__u32 ts_layout, ts_val, ts_ecr;
} __attribute__((packed, aligned(4)));

static __always_inline __u32 sum(const void *from, int bytes)
{
	const __u16 *words = from;
	__u32 s = 0;
#pragma unroll
	for (int i = 0; i < bytes / 2; i++)
		s += words[i];
	return s;
}

static __always_inline __u16 fold(__u32 s)
{
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	return ~s;
}

static __always_inline int send_back(struct __sk_buff *skb, struct farm_viewer *v, struct answer *a, int fin)
{
	__u32 length = v->has_ts ? OPTIONS_AT + TS_LENGTH : OPTIONS_AT;

	a->ip.version = 4;
	a->ip.ihl = 5;
	a->ip.ttl = 64;
	a->ip.protocol = IPPROTO_TCP;
	a->ip.frag_off = bpf_htons(0x4000);
	a->ip.tot_len = bpf_htons(length - IP_AT);
	a->ip.check = fold(sum(&a->ip, sizeof(a->ip)));

	a->tcp.seq = bpf_htonl(v->snd_nxt);
	a->tcp.ack_seq = bpf_htonl(v->rcv_nxt);
	a->tcp.doff = (length - TCP_AT) / 4;
	a->tcp.ack = 1;
	a->tcp.fin = fin;
	a->tcp.window = bpf_htons(v->window);
	if (v->has_ts) {
		a->ts_layout = TS_LAYOUT;
		a->ts_val = bpf_htonl((__u32)(bpf_ktime_get_ns() / 1000000) + v->ts_offset);
		a->ts_ecr = bpf_htonl(v->ts_recent);
	}
	a->tcp.check = fold(sum(&a->ip.saddr, 8) + bpf_htons(IPPROTO_TCP) + bpf_htons(length - TCP_AT)
			    + sum(&a->tcp, sizeof(a->tcp) + TS_LENGTH));

	if (v->has_ts) {
		if (bpf_skb_store_bytes(skb, 0, &a->eth, OPTIONS_AT + TS_LENGTH, 0))
			return TC_ACT_SHOT;
	} else if (bpf_skb_store_bytes(skb, 0, &a->eth, OPTIONS_AT, 0)) {
		return TC_ACT_SHOT;
	}
	return bpf_redirect_peer(skb->ifindex, 0);
}

SEC("tc")
int farm(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + IP_AT;
	struct tcphdr *tcp = data + TCP_AT;
	struct answer a = {};

	if (data + OPTIONS_AT > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5
	    || ip->protocol != IPPROTO_TCP)
		return TC_ACT_OK;
	__u32 port = bpf_ntohs(tcp->dest);
	struct farm_viewer *v = bpf_map_lookup_elem(&viewers, &port);
	if (!v || !v->armed)
		return TC_ACT_OK;
	if (tcp->rst) {
		v->armed = 0;
		return TC_ACT_SHOT;
	}

	__u32 seq = bpf_ntohl(tcp->seq), header = tcp->doff * 4;
	__u32 length = bpf_ntohs(ip->tot_len) - sizeof(*ip) - header, fin = tcp->fin, ts_val = 0;
	if (!length && !fin && seq == v->rcv_nxt)
		return TC_ACT_SHOT; /* an acknowledgement: nothing to answer */
	if (v->has_ts) {
		__u32 *option = data + OPTIONS_AT;
		if (data + OPTIONS_AT + TS_LENGTH > end || header != sizeof(*tcp) + TS_LENGTH || option[0] != TS_LAYOUT) {
			v->odd_options++;
			return TC_ACT_SHOT; /* RFC 7323 section 3.2: a segment without the option is dropped */
		}
		ts_val = bpf_ntohl(option[1]);
	}
	if (seq == v->rcv_nxt) {
		v->rcv_nxt += length + fin;
		v->received += length;
		v->segments++;
		v->ts_recent = ts_val;
	} else {
		v->disorder++;
		fin = 0;
	}

	__builtin_memcpy(a.eth.h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(a.eth.h_source, eth->h_dest, ETH_ALEN);
	a.eth.h_proto = eth->h_proto;
	a.ip.saddr = ip->daddr;
	a.ip.daddr = ip->saddr;
	a.tcp.source = tcp->dest;
	a.tcp.dest = tcp->source;
	return send_back(skb, v, &a, fin);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
