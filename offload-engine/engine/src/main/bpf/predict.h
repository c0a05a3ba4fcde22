// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Header prediction, as in Linux' tcp_rcv_established: nearly every packet of a viewer is a pure acknowledgement of new
 * data, in sequence, with no option but timestamps. It is recognised and taken in here, with all checks that owned.h
 * would make; whatever differs in any way goes the general way as if this did not exist.
 */
#ifndef TCPOFFLOAD_PREDICT_H
#define TCPOFFLOAD_PREDICT_H

#include "owned.h"

#define IPV6_VERSION 0x60             /* in the upper half of the first byte */
#define PLAIN_TCP bpf_htons(0x5010)   /* no options, ACK and nothing else */
#define STAMPED_TCP bpf_htons(0x8010) /* 12 bytes of options */
#define STAMP_OPTION bpf_htonl(0x0101080a) /* NOP, NOP, timestamps: RFC 7323 appendix A */

struct stamp {
	__be32 option;
	__be32 value;
	__be32 echo;
};

/* Whether the segment is the expected one. */
static __always_inline bool expected(struct session_record *r, struct tcphdr *tcp, struct stamp *stamp, __u64 path)
{
	__u32 ack = bpf_ntohl(tcp->ack_seq);
	if (*(volatile __u32 *)&r->state != STATE_OWNED || bpf_ntohl(tcp->seq) != r->rcv_nxt || !after(ack, r->una) ||
	    after(ack, r->nxt) || tcp->window == 0 || r->window == 0 || r->path != path)
		return false;
	if (!stamp)
		return r->tcp_len == sizeof(struct tcphdr);
	/* RFC 7323 5.3; a ts_recent that may be void is for the general way */
	return r->tcp_len == sizeof(struct tcphdr) + sizeof(*stamp) && !before(bpf_ntohl(stamp->value), r->ts_recent);
}

/* What take_ack does with such a segment. */
static __always_inline void take_expected(struct session_record *r, struct tcphdr *tcp, struct stamp *stamp)
{
	__u64 now = bpf_ktime_get_ns();
	begin_writing(r);
	r->arrival_ns = now;
	r->acks++;
	r->sack_count = 0;
	if (stamp) {
		r->ts_recent = bpf_ntohl(stamp->value);
		r->ts_recent_ns = now;
		r->ts_echo = bpf_ntohl(stamp->echo);
		r->receive_flags |= RECEIVED_TS;
	} else {
		r->ts_echo = 0;
		r->receive_flags &= ~RECEIVED_TS;
	}
	advance_una(r, bpf_ntohl(tcp->ack_seq));
	r->wl1 = bpf_ntohl(tcp->seq);
	r->window = bpf_ntohs(tcp->window);
	end_writing(r);
	count(C_ACKS);
}

/* The part that both families share: what stands at tcp, for the addresses in key, is length bytes long. */
static __always_inline bool predicted_tcp(struct tcphdr *tcp, void *end, __u32 length, struct flow_key *key, __u64 path,
					  bool unfinished_allowed)
{
	struct stamp *stamp = NULL;
	__u16 shape = *((__be16 *)tcp + 6); /* data offset and flags */
	__u32 tcp_len = sizeof(*tcp);
	__u64 tcp_sum = sum_words(tcp, sizeof(*tcp) / 4);
	if (shape == STAMPED_TCP) {
		stamp = (void *)(tcp + 1);
		if ((void *)(stamp + 1) > end || stamp->option != STAMP_OPTION)
			return false;
		tcp_len += sizeof(*stamp);
		tcp_sum += sum_words(stamp, sizeof(*stamp) / 4);
	} else if (shape != PLAIN_TCP) {
		return false;
	}
	if (length != tcp_len)
		return false;
	__u64 pseudo = sum_addresses(key) + bpf_htons(IPPROTO_TCP) + bpf_htons(tcp_len);
	/* A local sender's is unfinished; see tcp_checksum_right. */
	if (!(unfinished_allowed && tcp->check == fold(pseudo)) && fold(pseudo + tcp_sum) != 0xffff)
		return false;
	key->viewer_port = tcp->source;
	key->local_port = tcp->dest;
	__u32 *id = bpf_map_lookup_elem(&flows, key);
	struct session_record *r = id ? bpf_map_lookup_elem(&sessions, id) : NULL;
	if (!r || !expected(r, tcp, stamp, path))
		return false;
	take_expected(r, tcp, stamp);
	return true;
}

/* Takes the packet in if it is what was expected; false: nothing has been done. */
static __always_inline bool predicted(struct __sk_buff *skb, const bool ethernet, const bool unfinished_allowed)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	void *network = ethernet ? data + sizeof(*eth) : data;
	if (network + sizeof(struct iphdr) + sizeof(struct tcphdr) > end)
		return false;
	__be16 proto = ethernet ? eth->h_proto : (__be16)skb->protocol;
	__u64 path = ethernet ? path_of(eth->h_source, skb->ifindex) : skb->ifindex & 0xffff;
	struct flow_key key = {};
	if (proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = network;
		if (*(__u8 *)ip != PLAIN_IPV4 || ip->protocol != IPPROTO_TCP ||
		    ip->frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_OFFSET) || fold(sum_words(ip, sizeof(*ip) / 4)) != 0xffff)
			return false;
		map_address(key.viewer, ip->saddr);
		map_address(key.local, ip->daddr);
		return predicted_tcp((void *)(ip + 1), end, bpf_ntohs(ip->tot_len) - sizeof(*ip), &key, path,
				     unfinished_allowed);
	}
	if (proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = network;
		if ((void *)(ip + 1) + sizeof(struct tcphdr) > end || (*(__u8 *)ip & 0xf0) != IPV6_VERSION ||
		    ip->nexthdr != IPPROTO_TCP)
			return false;
		__builtin_memcpy(&key, &ip->saddr, 32);
		return predicted_tcp((void *)(ip + 1), end, bpf_ntohs(ip->payload_len), &key, path, unfinished_allowed);
	}
	return false;
}

#endif
