// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * One post becomes one frame a target: header from the template, payload shared. Posts come by the loopback device and
 * frames leave by the viewers': so no egress filter stands in the way of frames, and other traffic is not looked at.
 */
#ifndef TCPOFFLOAD_BUILDER_H
#define TCPOFFLOAD_BUILDER_H

#include "segment.h"

/* Headers stand on the stack as in a template, with room for the longest at each place where one may begin. */
#define FIRST_START (NETWORK_OFFSET - sizeof(struct ethhdr)) /* of a header without VLAN tags, the last to begin */
#define MAX_IPV4_HEADER 74 /* link 22, IP 20, TCP 32 */
#define MAX_IPV6_HEADER 94 /* link 22, IP 40, TCP 32 */
#define HEADER_WORDS(longest) ((FIRST_START + (longest) + 7) / 8)
#define ECT_0 2
#define NS_PER_MS 1000000
#define ENOBUFS 105

struct fan_out {
	struct __sk_buff *skb;
	__u32 first;
	__u32 header_len;
	__u32 l2_len;
	__u32 payload;
	__u32 segment; /* payload bytes of a segment */
	__u32 now_ms;
	__u32 sent;
};

static __always_inline void fill_ipv4(__u8 *ip, struct session_record *r, struct job *job, struct fan_out *f)
{
	__u16 total = bpf_htons(20 + r->tcp_len + f->payload);
	__u64 sum = (__u64)r->ip_sum + total;
	*(__u16 *)(ip + 2) = total;
	if (job->flags & JOB_ECT) {
		ip[1] |= ECT_0;
		sum += bpf_htons(ECT_0);
	}
	*(__u16 *)(ip + 10) = ~fold(sum);
}

static __always_inline void fill_ipv6(__u8 *ip, struct session_record *r, struct job *job, struct fan_out *f)
{
	*(__u16 *)(ip + 4) = bpf_htons(r->tcp_len + f->payload);
	if (job->flags & JOB_ECT)
		ip[1] |= ECT_0 << 4;
}

/* The template's variable fields. */
static __always_inline void fill_tcp(__u8 *tcp, struct session_record *r, struct job *job, struct fan_out *f)
{
	__u8 flags = job->flags;
	if (r->receive_flags & RECEIVED_CE && !(flags & TCP_RST))
		flags |= TCP_ECE;
	*(__u32 *)(tcp + 4) = bpf_htonl(job->seq);
	*(__u32 *)(tcp + 8) = bpf_htonl(r->rcv_nxt);
	tcp[13] = flags;
	*(__u16 *)(tcp + 14) = bpf_htons(r->advertised_window);
	/* the device finishes it */
	*(__u16 *)(tcp + 16) = fold((__u64)r->pseudo_sum + bpf_htons(r->tcp_len + f->payload));
	*(__u32 *)(tcp + 24) = bpf_htonl(f->now_ms + r->ts_offset);
	*(__u32 *)(tcp + 28) = bpf_htonl(r->ts_recent);
}

static __always_inline int refusal(struct session_record *r, struct fan_out *f, const bool ipv6)
{
	if (r->state != STATE_OWNED) {
		count(C_TARGETS_NOT_OWNED);
		return JOB_NOT_OWNED;
	}
	int result = 0;
	if (r->ip_version != (ipv6 ? 6 : 4) || r->l2_len != f->l2_len ||
	    r->l2_len + (ipv6 ? 40 : 20) + r->tcp_len != f->header_len)
		result = JOB_OTHER_SHAPE;
	else if (f->segment > r->mss)
		result = JOB_TOO_LARGE;
	if (result)
		count(C_TARGETS_OTHER_SHAPE);
	return result;
}

static __always_inline long one_target(__u32 i, struct fan_out *f, const bool ipv6)
{
	__u32 index = f->first + i;
	struct job *job = bpf_map_lookup_elem(&jobs, &index);
	if (!job)
		return 1;
	__u32 id = job->session;
	struct session_record *r = bpf_map_lookup_elem(&sessions, &id);
	if (!r) {
		count(C_TARGETS_NOT_OWNED);
		job->result = JOB_NO_SESSION;
		return 0;
	}
	int refused = refusal(r, f, ipv6);
	if (refused) {
		job->result = refused;
		return 0;
	}
	const int longest = ipv6 ? MAX_IPV6_HEADER : MAX_IPV4_HEADER;
	__u64 words[HEADER_WORDS(MAX_IPV6_HEADER)];
	__u64 *template = (__u64 *)r->header;
#pragma unroll
	for (int w = 0; w < HEADER_WORDS(ipv6 ? MAX_IPV6_HEADER : MAX_IPV4_HEADER); w++)
		words[w] = w < TEMPLATE_BYTES / 8 ? template[w] : 0;
	__u8 *h = (__u8 *)words;
	if (ipv6)
		fill_ipv6(h + NETWORK_OFFSET, r, job, f);
	else
		fill_ipv4(h + NETWORK_OFFSET, r, job, f);
	fill_tcp(h + NETWORK_OFFSET + (ipv6 ? 40 : 20), r, job, f);
	__u32 length = f->header_len, start = NETWORK_OFFSET - f->l2_len;
	if (start > FIRST_START || length < 54 || length > longest ||
	    bpf_skb_store_bytes(f->skb, 0, h + start, length, 0)) {
		count(C_FRAMES_REFUSED);
		job->result = JOB_HEADER_FAILED;
		return 0;
	}
	long error = bpf_clone_redirect(f->skb, r->ifindex, 0);
	if (error == 0 || error == 2) { /* NET_XMIT_CN: queued, but the queue is getting long */
		f->sent++;
		job->result = JOB_SENT;
	} else {
		count(C_FRAMES_REFUSED);
		job->result = error > 0 ? -ENOBUFS : error;
	}
	return 0;
}

static long one_ipv4_target(__u32 i, struct fan_out *f)
{
	return one_target(i, f, false);
}

static long one_ipv6_target(__u32 i, struct fan_out *f)
{
	return one_target(i, f, true);
}

static __always_inline int build(struct __sk_buff *skb)
{
	struct post post;
	count(C_POSTS);
	skb->mark = 0; /* viewers on the loopback device: their copies come by here too */
	if (bpf_skb_load_bytes(skb, 0, &post, sizeof(post)) || post.magic != POST_MAGIC || post.count == 0 ||
	    post.count > MAX_POST_TARGETS || post.header_len > skb->len ||
	    (post.ip_version != 4 && post.ip_version != 6) ||
	    skb->len - post.l2_len > 0xffff || post.l2_len > NETWORK_OFFSET - 2) {
		count(C_POSTS_BAD);
		return TC_ACT_STOLEN;
	}
	struct fan_out f = {
		.skb = skb,
		.first = post.first,
		.header_len = post.header_len,
		.l2_len = post.l2_len,
		.payload = skb->len - post.header_len,
		.now_ms = bpf_ktime_get_ns() / NS_PER_MS,
	};
	f.segment = skb->gso_size ? skb->gso_size : f.payload;
	if (post.ip_version == 4)
		bpf_loop(post.count, one_ipv4_target, &f, 0);
	else
		bpf_loop(post.count, one_ipv6_target, &f, 0);
	count_by(C_FRAMES_SENT, f.sent);
	/* A drop would make send() fail and post the frame again, to everyone. */
	return TC_ACT_STOLEN;
}

#endif
