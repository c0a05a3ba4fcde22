// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What no socket option tells of a connected socket, read out of the kernel's own structure: run once a connection that
 * is adopted, by BPF_PROG_TEST_RUN. An object of its own, because it needs the kernel's BTF, and the rest does not.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* As the kernel names them; the offsets are the running kernel's. */
struct tcp_options_received {
	int ts_recent_stamp;
	__u32 ts_recent;
} __attribute__((preserve_access_index));

struct tcp_sock {
	struct tcp_options_received rx_opt;
	__u32 tsoffset;
} __attribute__((preserve_access_index));

#define QUERY_AT 16 /* behind what stands for an Ethernet header */

struct query {
	__u8 remote[16]; /* IPv4: the first four bytes */
	__u8 local[16];
	__be16 remote_port;
	__be16 local_port;
	__u32 ipv6;
	__u32 found; /* the answer from here on */
	__u32 ts_recent;
	__u32 ts_recent_stamp; /* 0: none was received */
	__u32 tsoffset;        /* TSval = CLOCK_MONOTONIC in ms + this */
};

SEC("tc")
int read_socket(struct __sk_buff *skb)
{
	struct query q;
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sock;
	struct tcp_sock *tcp;

	if (bpf_skb_load_bytes(skb, QUERY_AT, &q, sizeof(q)))
		return TC_ACT_SHOT;
	if (q.ipv6) {
		__builtin_memcpy(tuple.ipv6.saddr, q.remote, 16);
		__builtin_memcpy(tuple.ipv6.daddr, q.local, 16);
		tuple.ipv6.sport = q.remote_port;
		tuple.ipv6.dport = q.local_port;
		sock = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
	} else {
		__builtin_memcpy(&tuple.ipv4.saddr, q.remote, 4);
		__builtin_memcpy(&tuple.ipv4.daddr, q.local, 4);
		tuple.ipv4.sport = q.remote_port;
		tuple.ipv4.dport = q.local_port;
		sock = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	}
	if (!sock)
		return TC_ACT_SHOT;
	tcp = (struct tcp_sock *)bpf_skc_to_tcp_sock(sock);
	if (tcp) {
		q.ts_recent = tcp->rx_opt.ts_recent;
		q.ts_recent_stamp = tcp->rx_opt.ts_recent_stamp;
		q.tsoffset = tcp->tsoffset;
		q.found = 1;
	}
	bpf_sk_release(sock);
	return bpf_skb_store_bytes(skb, QUERY_AT, &q, sizeof(q), 0) ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
