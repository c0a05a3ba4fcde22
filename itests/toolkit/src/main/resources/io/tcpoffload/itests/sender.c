/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's own TCP as a sender, and a foreign program whose connections an engine can adopt. Arguments: port.
 * Listens on all addresses, pins CUBIC, sets TCP_NODELAY, throws away what it gets. Commands, one a line; each answer
 * ends with "end"; FD is that of a connection:
 *
 *   find PORT       fd=FD of the connection from that port of a peer, or nothing
 *   write FD N      N more bytes of the stream of stream.h, from position 0 on
 *   shutdown FD     FIN after the last byte
 *   close FD, abort FD
 *   forget FD       closes the descriptor only, of a connection that somebody else holds now
 *   info FD         TCP_INFO as key=value
 *   ip FD TTL TOS   for the IP headers of either family
 *   nagle FD        without TCP_NODELAY from now on
 *   repair LOCAL PORT REMOTE PORT SND RCV MSS OWN_SCALE PEER_SCALE SACK
 *                   fd=FD of a connection made without a handshake, with those sequence numbers (next to send, next
 *                   expected); scales of -1 for none, SACK 0 or 1
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "stream.h"

#define MAX_FDS 65536
#define PIECE 65536

struct connection {
	int open, eof, shut;
	uint64_t position, end;
};

static struct connection connections[MAX_FDS];
static int poll_fd;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void watch(int fd, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };
	epoll_ctl(poll_fd, operation, fd, &event);
}

static void drop(int fd)
{
	if (connections[fd].open)
		close(fd);
	connections[fd].open = 0;
}

/*
 * Before there is a connection: a socket that has begun with BBR, where that is the default, is paced for ever. All that is
 * written fits in the buffer: who writes more when there is room, sends by that, too.
 */
static void prepare(int fd)
{
	int buffer = 1 << 20;
	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer))
		fail("a new socket");
}

/* Its number is never used again: a late command must not meet another connection. */
static int begin(int accepted)
{
	static int next = 16;
	int on = 1, fd = fcntl(accepted, F_DUPFD, next);
	close(accepted);
	next = fd + 1;
	if (fd < 0 || fd >= MAX_FDS || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on))
		fail("a new connection");
	connections[fd] = (struct connection){ .open = 1 };
	watch(fd, EPOLL_CTL_ADD, EPOLLIN);
	return fd;
}

static void push(int fd)
{
	static uint32_t words[PIECE / 4 + 1];
	struct connection *c = &connections[fd];
	while (c->open && c->position < c->end) {
		uint64_t first = c->position / 4;
		size_t skip = c->position % 4, length = c->end - c->position;
		if (length > PIECE - skip)
			length = PIECE - skip;
		for (size_t i = 0; i * 4 < skip + length; i++)
			words[i] = stream_word(first + i);
		ssize_t sent = send(fd, (uint8_t *)words + skip, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0) {
			if (errno == EAGAIN)
				watch(fd, EPOLL_CTL_MOD, EPOLLIN * !c->eof | EPOLLOUT);
			else
				drop(fd);
			return;
		}
		c->position += sent;
	}
	if (!c->open)
		return;
	watch(fd, EPOLL_CTL_MOD, EPOLLIN * !c->eof);
	if (c->shut == 1) {
		c->shut = 2;
		shutdown(fd, SHUT_WR);
	}
	if (c->shut && c->eof)
		watch(fd, EPOLL_CTL_DEL, 0); /* it would report the hang-up for ever */
}

static void take(int fd)
{
	char bytes[PIECE];
	ssize_t length = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (length == 0) {
		connections[fd].eof = 1;
		push(fd);
	} else if (length < 0 && errno != EAGAIN) {
		drop(fd);
	}
}

static void find(int port)
{
	for (int fd = 0; fd < MAX_FDS; fd++) {
		struct sockaddr_in6 peer;
		socklen_t length = sizeof peer;
		if (connections[fd].open && !getpeername(fd, (struct sockaddr *)&peer, &length) &&
		    ntohs(peer.sin6_port) == port)
			printf("fd=%d\n", fd);
	}
}

static void info(int fd)
{
	struct tcp_info i = { 0 };
	socklen_t length = sizeof i;
	if (!connections[fd].open || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &i, &length)) {
		printf("state=gone\n");
		return;
	}
	printf("state=%u cwnd=%u ssthresh=%u rtt=%u unacked=%u retransmissions=%u mss=%u pmtu=%u in=%u out=%u eof=%d\n",
	       i.tcpi_state, i.tcpi_snd_cwnd, i.tcpi_snd_ssthresh, i.tcpi_rtt, i.tcpi_unacked, i.tcpi_total_retrans,
	       i.tcpi_snd_mss, i.tcpi_pmtu, i.tcpi_segs_in, i.tcpi_segs_out, connections[fd].eof);
}

static void address(struct sockaddr_in *a, const char *ip, int port)
{
	*a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
	if (inet_pton(AF_INET, ip, &a->sin_addr) != 1)
		fail(ip);
}

static void option(int fd, int name, int value)
{
	if (setsockopt(fd, IPPROTO_TCP, name, &value, sizeof value))
		fail("repair");
}

static void repair(const char *local, int local_port, const char *remote, int remote_port, uint32_t snd, uint32_t rcv,
		   int mss, int own_scale, int peer_scale, int sack)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), count = 0;
	struct sockaddr_in here, there;
	struct tcp_repair_opt options[3];
	address(&here, local, local_port);
	address(&there, remote, remote_port);
	prepare(fd);
	option(fd, TCP_REPAIR, 1); /* any port can be bound, also one that is listened on */
	option(fd, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE);
	option(fd, TCP_QUEUE_SEQ, snd);
	option(fd, TCP_REPAIR_QUEUE, TCP_RECV_QUEUE);
	option(fd, TCP_QUEUE_SEQ, rcv);
	option(fd, TCP_REPAIR_QUEUE, TCP_NO_QUEUE);
	if (bind(fd, (struct sockaddr *)&here, sizeof here) || connect(fd, (struct sockaddr *)&there, sizeof there))
		fail("a connection without handshake");
	options[count++] = (struct tcp_repair_opt){ 2, mss };
	if (peer_scale >= 0)
		options[count++] = (struct tcp_repair_opt){ 3, peer_scale | own_scale << 16 };
	if (sack)
		options[count++] = (struct tcp_repair_opt){ 4, 0 };
	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_OPTIONS, options, count * sizeof *options))
		fail("repair options");
	option(fd, TCP_REPAIR, -1); /* off, without the window probe */
	fcntl(fd, F_SETFL, O_NONBLOCK);
	printf("fd=%d\n", begin(fd));
}

static void command(char *line)
{
	char name[16] = "", local[64], remote[64];
	long long fd = 0, n = 0;
	int local_port, remote_port, mss, own_scale, peer_scale, sack, ttl, tos;
	uint32_t snd, rcv;
	sscanf(line, "%15s %lld %lld", name, &fd, &n);
	if (!strcmp(name, "repair")) {
		if (sscanf(line, "repair %63s %d %63s %d %u %u %d %d %d %d", local, &local_port, remote, &remote_port, &snd,
			   &rcv, &mss, &own_scale, &peer_scale, &sack) == 10)
			repair(local, local_port, remote, remote_port, snd, rcv, mss, own_scale, peer_scale, sack);
	} else if (!strcmp(name, "find")) {
		find(fd);
	} else if (fd < 0 || fd >= MAX_FDS) {
		fprintf(stderr, "no such connection: %s\n", line);
	} else if (!strcmp(name, "write")) {
		connections[fd].end += n;
		push(fd);
	} else if (!strcmp(name, "shutdown")) {
		connections[fd].shut = 1;
		push(fd);
	} else if (!strcmp(name, "info")) {
		info(fd);
	} else if (!strcmp(name, "ip") && sscanf(line, "ip %*d %d %d", &ttl, &tos) == 2) {
		setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
		setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
		setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl, sizeof ttl);
		setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof tos);
	} else if (!strcmp(name, "nagle")) {
		option(fd, TCP_NODELAY, 0);
	} else if (!strcmp(name, "abort")) {
		struct linger now = { 1, 0 };
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		drop(fd);
	} else if (!strcmp(name, "close") || !strcmp(name, "forget")) {
		drop(fd);
	} else {
		fprintf(stderr, "unknown: %s\n", line);
	}
	printf("end\n");
	fflush(stdout);
}

int main(int count, char **arguments)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(count > 1 ? atoi(arguments[1]) : 0) };
	int listener = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1, off = 0;
	static char lines[65536];
	struct rlimit files = { MAX_FDS, MAX_FDS };
	size_t have = 0;
	setrlimit(RLIMIT_NOFILE, &files);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	prepare(listener);
	if (bind(listener, (struct sockaddr *)&any, sizeof any) || listen(listener, 4096))
		fail("listen");
	poll_fd = epoll_create1(0);
	watch(listener, EPOLL_CTL_ADD, EPOLLIN);
	watch(0, EPOLL_CTL_ADD, EPOLLIN);
	printf("ready\n");
	fflush(stdout);
	while (1) {
		struct epoll_event event;
		if (epoll_wait(poll_fd, &event, 1, -1) <= 0)
			continue;
		int fd = event.data.fd;
		if (fd == listener) {
			int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
			if (accepted >= 0)
				begin(accepted);
		} else if (fd == 0) {
			ssize_t more = read(0, lines + have, sizeof lines - 1 - have);
			if (more <= 0)
				return 0;
			have += more;
			lines[have] = 0;
			char *line = lines, *newline;
			while ((newline = strchr(line, '\n'))) {
				*newline = 0;
				command(line);
				line = newline + 1;
			}
			have -= line - lines;
			memmove(lines, line, have);
		} else if (connections[fd].open) {
			if (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR))
				take(fd);
			if (event.events & EPOLLOUT)
				push(fd);
		}
	}
}
