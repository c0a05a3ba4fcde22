/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's own sender, with CUBIC whatever the machine's default is, as the control for ours: answers any HTTP
 * request and sends every viewer the stream of stream.h from its start. Commands come on standard input, one a line,
 * each answered with "end":
 *
 *   publish BYTES   so many more for all viewers that are there, a multiple of 4
 *   report          one line a viewer: "port=40000 sent=5 retransmitted=0 cwnd=10 ssthresh=7 rtt_us=20100"; sent counts
 *                   bytes given to the socket, retransmitted segments
 *   close           ends all streams in order
 *
 * usage: bulk ADDRESS PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "stream.h"
#include "commands.h"

#define MAX_VIEWERS 4000
#define PIECE (1 << 16)
static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n";
static const char CUBIC[] = "cubic";

struct viewer {
	int fd, port, newlines, asked;
	uint64_t sent, end;
};

static struct viewer viewers[MAX_VIEWERS];
static int count, poll_fd;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int listen_on(const char *address, int port)
{
	struct sockaddr_in self = { .sin_family = AF_INET, .sin_port = htons(port) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	inet_pton(AF_INET, address, &self.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	/* accepted connections inherit both */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, CUBIC, strlen(CUBIC)))
		fail(CUBIC);
	if (bind(fd, (struct sockaddr *)&self, sizeof self) || listen(fd, MAX_VIEWERS))
		fail(address);
	return fd;
}

static void gone(struct viewer *v)
{
	close(v->fd);
	v->fd = -1;
}

static void send_more(struct viewer *v)
{
	static uint32_t piece[PIECE / 4 + 2];
	while (v->fd >= 0 && v->sent < v->end) {
		uint64_t from = v->sent & ~3ull, left = v->end - from;
		uint32_t length = left < PIECE ? left : PIECE, skip = v->sent - from;
		for (uint32_t i = 0; i < length / 4; i++)
			piece[i] = stream_word(from / 4 + i);
		ssize_t n = send(v->fd, (char *)piece + skip, length - skip, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			gone(v);
		if (n < 0)
			return;
		v->sent += n;
	}
}

static void accept_all(int listener)
{
	struct sockaddr_in peer;
	socklen_t length = sizeof peer;
	int fd;
	while (count < MAX_VIEWERS && (fd = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK)) >= 0) {
		struct viewer *v = &viewers[count++];
		struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = v };
		v->fd = fd;
		v->port = ntohs(peer.sin_port);
		epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
	}
}

static void ready(struct viewer *v)
{
	char request[4096];
	ssize_t n;
	if (v->fd < 0)
		return;
	while (!v->asked && (n = recv(v->fd, request, sizeof request, 0)) > 0) {
		for (int i = 0; i < n; i++)
			v->newlines = request[i] == '\n' ? v->newlines + 1 : request[i] == '\r' ? v->newlines : 0;
		v->asked = v->newlines >= 2;
		if (v->asked && send(v->fd, HEAD, sizeof HEAD - 1, MSG_NOSIGNAL) != sizeof HEAD - 1)
			gone(v);
	}
	if (v->asked)
		send_more(v);
}

static void report(void)
{
	for (int i = 0; i < count; i++) {
		struct tcp_info info = { 0 };
		socklen_t length = sizeof info;
		if (viewers[i].fd >= 0)
			getsockopt(viewers[i].fd, IPPROTO_TCP, TCP_INFO, &info, &length);
		printf("port=%d sent=%llu retransmitted=%u cwnd=%u ssthresh=%u rtt_us=%u\n", viewers[i].port,
		       (unsigned long long)viewers[i].sent, info.tcpi_total_retrans, info.tcpi_snd_cwnd,
		       info.tcpi_snd_ssthresh, info.tcpi_rtt);
	}
}

static void command(char *line)
{
	unsigned long long bytes;
	if (sscanf(line, "publish %llu", &bytes) == 1) {
		for (int i = 0; i < count; i++) {
			viewers[i].end += bytes & ~3ull;
			if (viewers[i].asked)
				send_more(&viewers[i]);
		}
	} else if (!strcmp(line, "report")) {
		report();
	} else if (!strcmp(line, "close")) {
		for (int i = 0; i < count; i++)
			gone(&viewers[i]);
	}
	puts("end");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct rlimit files = { MAX_VIEWERS + 100, MAX_VIEWERS + 100 };
	struct epoll_event events[256], input = { .events = EPOLLIN };
	struct epoll_event listening = { .events = EPOLLIN, .data.ptr = &listening };
	if (argc != 3) {
		fprintf(stderr, "usage: bulk ADDRESS PORT\n");
		return 2;
	}
	setrlimit(RLIMIT_NOFILE, &files);
	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	int listener = listen_on(argv[1], atoi(argv[2]));
	epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &listening);
	epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &input);
	puts("ready");
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(poll_fd, events, 256, -1);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == &listening)
				accept_all(listener);
			else if (events[i].data.ptr)
				ready(events[i].data.ptr);
			else if (!commands(command))
				return 0;
		}
	}
}
