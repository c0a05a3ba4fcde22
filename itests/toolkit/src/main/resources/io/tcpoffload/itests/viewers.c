/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many real viewers: ordinary sockets that ask for a path by HTTP and check every byte of the stream they get
 * (stream.h). Commands come on standard input, one a line; ID is a viewer's number from 0 on, or "all".
 *
 *   open N [RCVBUF]   N more viewers, with a receive buffer of so many bytes if given
 *   pause ID, resume ID, close ID, halfclose ID, reset ID
 *   say ID BYTES      sends so many bytes, each a 'u', as far as there is room
 *   report [ID]       one line a viewer, or for that one only, then "end"
 *   silence           for how long a viewer got nothing at a stretch since the last such command, then "end":
 *                     the longest time of all open viewers, and half of them waited no longer than the median
 *
 *   silence longest=812 median=640
 *   viewer 0 port=40000 status=200 start=0 end=1880000 received=1880000 skips=0 mismatch=-1 state=open
 *
 * start and end are stream positions; received counts body bytes; skips counts jumps forward to another true
 * position; mismatch is the body offset of the first wrong byte, -1 for none. States: connecting, head, open, eof,
 * reset, failed, closed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "stream.h"
#include "commands.h"

#define MAX_VIEWERS 20000
#define MAX_HEAD 8192
#define READ_SIZE (1 << 18)

enum state { CONNECTING, HEAD, OPEN, ENDED, RESET, FAILED, CLOSED };
static const char *const STATE_NAMES[] = { "connecting", "head", "open", "eof", "reset", "failed", "closed" };

struct viewer {
	int fd, port, status, paused, skips;
	enum state state;
	int head_length;
	char *head;
	uint64_t received;
	int64_t mismatch;
	uint32_t first, next; /* indices of words */
	uint8_t part[4];      /* the bytes of an unfinished word */
	int part_length;
	int64_t heard_ms, silence_ms; /* when it last got bytes; its longest wait for some */
};

static struct viewer viewers[MAX_VIEWERS];
static int count, poll_fd;
static union {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
} server;
static char request[512];

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

static void watch(struct viewer *v, int operation, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = v };
	epoll_ctl(poll_fd, operation, v->fd, &event);
}

static void finish(struct viewer *v, enum state state)
{
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
	v->state = state;
}

static void open_viewer(int receive_buffer)
{
	struct viewer *v = &viewers[count++];
	v->mismatch = -1;
	v->head = malloc(MAX_HEAD);
	v->fd = socket(server.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (receive_buffer)
		setsockopt(v->fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
	if (connect(v->fd, &server.any, server.any.sa_family == AF_INET ? sizeof server.ipv4 : sizeof server.ipv6) && errno != EINPROGRESS)
		finish(v, FAILED);
	else
		watch(v, EPOLL_CTL_ADD, EPOLLOUT);
}

static void connected(struct viewer *v)
{
	struct sockaddr_in6 self; /* the port stands where it stands in IPv4's */
	socklen_t length = sizeof self;
	getsockname(v->fd, (struct sockaddr *)&self, &length);
	v->port = ntohs(self.sin6_port);
	if (send(v->fd, request, strlen(request), MSG_NOSIGNAL) < 0) {
		finish(v, FAILED);
		return;
	}
	v->state = HEAD;
	watch(v, EPOLL_CTL_MOD, EPOLLIN);
}

static void check_word(struct viewer *v, uint32_t word)
{
	if (v->received == 0)
		v->first = v->next = stream_index(word);
	if (word != stream_word(v->next)) {
		uint32_t index = stream_index(word);
		if (index < v->next || index - v->next > 1u << 28) { /* not a jump forward within 1 GiB */
			v->mismatch = v->received;
			return;
		}
		v->skips++;
		v->next = index;
	}
	v->next++;
	v->received += 4;
}

static void check(struct viewer *v, const uint8_t *data, int length)
{
	while (length > 0 && v->mismatch < 0) {
		uint32_t word;
		if (v->part_length == 0 && length >= 4) {
			memcpy(&word, data, 4);
			data += 4;
			length -= 4;
		} else {
			v->part[v->part_length++] = *data++;
			length--;
			if (v->part_length < 4)
				continue;
			memcpy(&word, v->part, 4);
			v->part_length = 0;
		}
		check_word(v, word);
	}
}

static void take(struct viewer *v, uint8_t *data, int length)
{
	while (v->state == HEAD && length > 0) {
		v->head[v->head_length++] = *data++;
		length--;
		if (v->head_length >= 4 && !memcmp(v->head + v->head_length - 4, "\r\n\r\n", 4)) {
			v->status = atoi(v->head + strcspn(v->head, " "));
			v->state = OPEN;
			v->heard_ms = now_ms();
		} else if (v->head_length == MAX_HEAD) {
			finish(v, FAILED);
		}
	}
	if (v->status == 200)
		check(v, data, length);
}

static void heard(struct viewer *v)
{
	int64_t now = now_ms();
	if (now - v->heard_ms > v->silence_ms)
		v->silence_ms = now - v->heard_ms;
	v->heard_ms = now;
}

static void ready(struct viewer *v)
{
	static uint8_t buffer[READ_SIZE];
	int error = 0;
	socklen_t length = sizeof error;
	if (v->fd < 0)
		return;
	if (v->state == CONNECTING) {
		getsockopt(v->fd, SOL_SOCKET, SO_ERROR, &error, &length);
		if (error)
			finish(v, FAILED);
		else
			connected(v);
		return;
	}
	ssize_t n = recv(v->fd, buffer, sizeof buffer, 0);
	if (n > 0) {
		if (v->state == OPEN)
			heard(v);
		take(v, buffer, n);
	} else if (n == 0)
		finish(v, ENDED);
	else if (errno != EAGAIN)
		finish(v, RESET);
}

static void say(struct viewer *v, int bytes)
{
	static char all[READ_SIZE];
	memset(all, 'u', sizeof all);
	while (bytes > 0 && v->fd >= 0) {
		ssize_t n = send(v->fd, all, bytes < READ_SIZE ? bytes : READ_SIZE, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		bytes -= n;
	}
}

static int said; /* what "say" is to send */

static void act(struct viewer *v, const char *what)
{
	struct linger abort = { 1, 0 };
	if (v->fd < 0)
		return;
	if (!strcmp(what, "pause")) {
		watch(v, EPOLL_CTL_DEL, 0);
		v->paused = 1;
	} else if (!strcmp(what, "resume") && v->paused) {
		watch(v, EPOLL_CTL_ADD, EPOLLIN);
		v->paused = 0;
	} else if (!strcmp(what, "say")) {
		say(v, said);
	} else if (!strcmp(what, "halfclose")) {
		shutdown(v->fd, SHUT_WR);
	} else if (!strcmp(what, "reset")) {
		setsockopt(v->fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
		finish(v, CLOSED);
	} else if (!strcmp(what, "close")) {
		finish(v, CLOSED);
	}
}

static void report(int first, int end)
{
	for (int i = first; i < end; i++) {
		struct viewer *v = &viewers[i];
		printf("viewer %d port=%d status=%d start=%llu end=%llu received=%llu skips=%d mismatch=%lld state=%s\n", i,
		       v->port, v->status, 4ull * v->first, 4ull * v->next + v->part_length,
		       (unsigned long long)v->received + v->part_length, v->skips, (long long)v->mismatch,
		       STATE_NAMES[v->state]);
	}
	puts("end");
	fflush(stdout);
}

static int by_length(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static void silence(void)
{
	static int64_t all[MAX_VIEWERS];
	int n = 0;
	for (int i = 0; i < count; i++) {
		struct viewer *v = &viewers[i];
		if (v->state != OPEN)
			continue;
		heard(v);
		all[n++] = v->silence_ms;
		v->silence_ms = 0;
	}
	qsort(all, n, sizeof all[0], by_length);
	printf("silence longest=%lld median=%lld\nend\n", n ? (long long)all[n - 1] : 0, n ? (long long)all[n / 2] : 0);
	fflush(stdout);
}

static void command(char *line)
{
	char what[20], which[20];
	int n = sscanf(line, "%19s %19s", what, which);
	sscanf(line, "say %*s %d", &said);
	if (n == 1 && !strcmp(what, "report")) {
		report(0, count);
	} else if (n == 2 && !strcmp(what, "report")) {
		report(atoi(which), atoi(which) < count ? atoi(which) + 1 : 0);
	} else if (n == 1 && !strcmp(what, "silence")) {
		silence();
	} else if (n == 2 && !strcmp(what, "open")) {
		int receive_buffer = 0;
		sscanf(line, "%*s %*s %d", &receive_buffer);
		for (int i = atoi(which); i > 0 && count < MAX_VIEWERS; i--)
			open_viewer(receive_buffer);
	} else if (n == 2 && !strcmp(which, "all")) {
		for (int i = 0; i < count; i++)
			act(&viewers[i], what);
	} else if (n == 2 && atoi(which) < count) {
		act(&viewers[atoi(which)], what);
	}
}

int main(int argc, char **argv)
{
	struct rlimit files = { MAX_VIEWERS + 100, MAX_VIEWERS + 100 };
	struct epoll_event events[256], input = { .events = EPOLLIN };
	if (argc != 4) {
		fprintf(stderr, "usage: viewers ADDRESS PORT PATH\n");
		return 2;
	}
	setrlimit(RLIMIT_NOFILE, &files);
	int ipv6 = strchr(argv[1], ':') != NULL;
	server.any.sa_family = ipv6 ? AF_INET6 : AF_INET;
	server.ipv4.sin_port = htons(atoi(argv[2]));
	inet_pton(server.any.sa_family, argv[1], ipv6 ? (void *)&server.ipv6.sin6_addr : (void *)&server.ipv4.sin_addr);
	snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s%s%s:%s\r\n\r\n", argv[3], ipv6 ? "[" : "", argv[1],
		 ipv6 ? "]" : "", argv[2]);
	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &input);
	for (;;) {
		int n = epoll_wait(poll_fd, events, 256, -1);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				ready(events[i].data.ptr);
			else if (!commands(command))
				return 0;
		}
	}
}
