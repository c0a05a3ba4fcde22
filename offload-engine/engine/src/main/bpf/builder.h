// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * One post becomes one frame a target: header from the template, payload shared. Posts come by the loopback device and
 * frames leave by the viewers': so no egress filter stands in the way of frames, and other traffic is not looked at.
 */
#ifndef TCPOFFLOAD_BUILDER_H
#define TCPOFFLOAD_BUILDER_H

#include "segment.h"

#define IPV4_TCP (NETWORK_OFFSET + 20)
#define IPV4_HEADER_END 80 /* 24 + 20 + 32, rounded up to words */
#define MAX_IPV4_HEADER 74 /* link 22, IP 20, TCP 32 */
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

/* The template's variable fields. The header lies on the stack, network header at NETWORK_OFFSET. */
static __always_inline void fill(__u8 *h, struct session_record *r, struct job *job, struct fan_out *f)
{
	__u16 tcp_bytes = bpf_htons(r->tcp_len + f->payload);
	__u16 total = bpf_htons(20 + r->tcp_len + f->payload);
	*(__u16 *)(h + NETWORK_OFFSET + 2) = total;
	*(__u16 *)(h + NETWORK_OFFSET + 10) = ~fold((__u64)r->ip_sum + total);
	*(__u32 *)(h + IPV4_TCP + 4) = bpf_htonl(job->seq);
	*(__u32 *)(h + IPV4_TCP + 8) = bpf_htonl(r->rcv_nxt);
	h[IPV4_TCP + 13] = job->flags;
	*(__u16 *)(h + IPV4_TCP + 14) = bpf_htons(r->advertised_window);
	*(__u16 *)(h + IPV4_TCP + 16) = fold((__u64)r->pseudo_sum + tcp_bytes); /* the device finishes it */
	*(__u32 *)(h + IPV4_TCP + 24) = bpf_htonl(f->now_ms + r->ts_offset);
	*(__u32 *)(h + IPV4_TCP + 28) = bpf_htonl(r->ts_recent);
}

static __always_inline int refusal(struct session_record *r, struct fan_out *f)
{
	if (r->state != STATE_OWNED) {
		count(C_TARGETS_NOT_OWNED);
		return JOB_NOT_OWNED;
	}
	int result = 0;
	if (r->ip_version != 4 || r->l2_len != f->l2_len || r->l2_len + 20 + r->tcp_len != f->header_len)
		result = JOB_OTHER_SHAPE;
	else if (f->segment > r->mss)
		result = JOB_TOO_LARGE;
	if (result)
		count(C_TARGETS_OTHER_SHAPE);
	return result;
}

static long one_target(__u32 i, struct fan_out *f)
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
	int refused = refusal(r, f);
	if (refused) {
		job->result = refused;
		return 0;
	}
	__u64 words[IPV4_HEADER_END / 8];
	__u64 *template = (__u64 *)r->header;
#pragma unroll
	for (int w = 0; w < IPV4_HEADER_END / 8; w++)
		words[w] = template[w];
	__u8 *h = (__u8 *)words;
	fill(h, r, job, f);
	__u32 length = f->header_len, start = NETWORK_OFFSET - f->l2_len;
	if (start > NETWORK_OFFSET - sizeof(struct ethhdr) || length < 54 ||
	    length > IPV4_HEADER_END - (NETWORK_OFFSET - sizeof(struct ethhdr)) ||
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

static __always_inline int build(struct __sk_buff *skb)
{
	struct post post;
	count(C_POSTS);
	skb->mark = 0; /* viewers on the loopback device: their copies come by here too */
	if (bpf_skb_load_bytes(skb, 0, &post, sizeof(post)) || post.magic != POST_MAGIC || post.count == 0 ||
	    post.count > MAX_POST_TARGETS || post.header_len > skb->len ||
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
	bpf_loop(post.count, one_target, &f, 0);
	count_by(C_FRAMES_SENT, f.sent);
	/* A drop would make send() fail and post the frame again, to everyone. */
	return TC_ACT_STOLEN;
}

#endif
