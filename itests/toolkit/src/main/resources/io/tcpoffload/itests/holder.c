/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A foreign program with ordinary blocking sockets, some of which it gives to an engine. Commands, one a line; each
 * answer ends with "end"; FD is a descriptor of its own:
 *
 *   listen ADDRESS PORT       fd=FD port=PORT
 *   accept FD                 fd=FD
 *   connect ADDRESS PORT      fd=FD port=PORT, which is its own
 *   open PATH                 fd=FD of a file
 *   send FD TEXT              sent=N, or error=NAME
 *   stream FD FROM TO         sends of that part of the stream of stream.h, multiples of 4, what the socket takes at once;
 *                             sent=N
 *   recv FD N                 waits for N bytes: got=N zeros=0|1 stream=0|1 text=TEXT end=open|eof|NAME; "stream" says
 *                             whether they are that stream's from the position on that the first word tells
 *   queued FD                 unread=N, waits for one or more
 *   outgoing FD               unacked=N unsent=N
 *   state FD                  state=N of the kernel's TCP
 *   namespace                 fd=FD of a socket that is connected inside a network namespace of its own
 *   fetch PID FD              fd=FD, a copy of another process' descriptor
 *   as UID PATH LINE          answer=LINE of a control socket asked as another user, or error=NAME
 *   close FD
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "stream.h"

#define MOST (64 << 20)
#define TEXT 64

static void failed(void)
{
	printf("error=%s\n", strerrorname_np(errno));
}

static struct sockaddr_in address(const char *ip, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	inet_pton(AF_INET, ip, &a.sin_addr);
	return a;
}

static void open_listener(const char *ip, int port)
{
	struct sockaddr_in a = address(ip, port);
	socklen_t length = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 16) || getsockname(fd, (struct sockaddr *)&a, &length))
		failed();
	else
		printf("fd=%d port=%d\n", fd, ntohs(a.sin_port));
}

static void open_connection(const char *ip, int port)
{
	struct sockaddr_in a = address(ip, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t length = sizeof a;
	if (connect(fd, (struct sockaddr *)&a, sizeof a) || getsockname(fd, (struct sockaddr *)&a, &length))
		failed();
	else
		printf("fd=%d port=%d\n", fd, ntohs(a.sin_port));
}

static void send_all(int fd, const void *bytes, size_t length)
{
	size_t done = 0;
	while (done < length) {
		ssize_t sent = send(fd, (const char *)bytes + done, length - done, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno == EAGAIN)
			break;
		if (sent < 0) {
			failed();
			return;
		}
		done += sent;
	}
	printf("sent=%zu\n", done);
}

static void send_stream(int fd, long from, long to)
{
	uint32_t *words = malloc(to - from);
	for (long i = from / 4; i < to / 4; i++)
		words[i - from / 4] = stream_word(i);
	send_all(fd, words, to - from);
	free(words);
}

static void receive(int fd, size_t wanted)
{
	static uint8_t bytes[MOST];
	size_t got = 0;
	const char *end = "open";
	while (got < wanted) {
		ssize_t n = recv(fd, bytes + got, wanted - got, 0);
		if (n <= 0) {
			end = n ? strerrorname_np(errno) : "eof";
			break;
		}
		got += n;
	}
	int zeros = 1, stream = got >= 4;
	for (size_t i = 0; i < got; i++)
		zeros &= bytes[i] == 0;
	uint32_t first = 0, word;
	memcpy(&first, bytes, sizeof first);
	first = stream_index(first);
	for (size_t i = 0; i + 4 <= got; i += 4) {
		memcpy(&word, bytes + i, sizeof word);
		stream &= word == stream_word(first + i / 4);
	}
	printf("got=%zu zeros=%d stream=%d from=%lu end=%s text=", got, zeros, stream, stream ? first * 4UL : 0, end);
	for (size_t i = 0; i < got && i < TEXT; i++)
		putchar(bytes[i] > ' ' && bytes[i] < 127 ? bytes[i] : '.');
	printf("\n");
}

static void queued(int fd)
{
	int n = 0;
	for (int tries = 0; n == 0 && tries < 5000; tries++) {
		ioctl(fd, SIOCINQ, &n);
		usleep(1000);
	}
	printf("unread=%d\n", n);
}

static void outgoing(int fd)
{
	int unacked = 0, unsent = 0;
	ioctl(fd, SIOCOUTQ, &unacked);
	ioctl(fd, SIOCOUTQNSD, &unsent);
	printf("unacked=%d unsent=%d\n", unacked, unsent);
}

static void state(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof info;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length))
		failed();
	else
		printf("state=%d\n", info.tcpi_state);
}

/* The device of a new namespace is down, but a connection that repair mode makes needs none. */
static void elsewhere(void)
{
	int here = open("/proc/self/ns/net", O_RDONLY), on = 1;
	if (unshare(CLONE_NEWNET)) {
		failed();
		return;
	}
	if (system("ip link set lo up"))
		fprintf(stderr, "lo stays down\n");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = address("127.0.0.1", 7), b = address("127.0.0.1", 8);
	setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof on);
	int bad = bind(fd, (struct sockaddr *)&a, sizeof a) || connect(fd, (struct sockaddr *)&b, sizeof b);
	setns(here, CLONE_NEWNET);
	close(here);
	if (bad)
		failed();
	else
		printf("fd=%d\n", fd);
}

static void fetch(int pid, int fd)
{
	int process = syscall(SYS_pidfd_open, pid, 0);
	int copy = syscall(SYS_pidfd_getfd, process, fd, 0);
	if (copy < 0)
		failed();
	else
		printf("fd=%d\n", copy);
	close(process);
}

static void ask_as(int uid, const char *path, const char *line)
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		struct sockaddr_un a = { .sun_family = AF_UNIX };
		char answer[1024];
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		snprintf(a.sun_path, sizeof a.sun_path, "%.100s", path);
		signal(SIGPIPE, SIG_IGN); /* who is refused at once may be so before it has asked */
		if (setuid(uid) || connect(fd, (struct sockaddr *)&a, sizeof a)) {
			failed();
		} else {
			dprintf(fd, "%s\n", line);
			ssize_t n = read(fd, answer, sizeof answer - 1);
			printf("answer=%.*s", n > 0 ? (int)n : 0, answer);
		}
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

int main(void)
{
	char line[4096], name[16], text[256], rest[1024];
	int fd, port;
	long from, to;
	printf("ready\n");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		sscanf(line, "%15s", name);
		if (sscanf(line, "listen %255s %d", text, &port) == 2)
			open_listener(text, port);
		else if (sscanf(line, "accept %d", &fd) == 1)
			printf("fd=%d\n", accept(fd, NULL, NULL));
		else if (sscanf(line, "connect %255s %d", text, &port) == 2)
			open_connection(text, port);
		else if (sscanf(line, "open %255s", text) == 1)
			printf("fd=%d\n", open(text, O_RDONLY));
		else if (sscanf(line, "send %d %255s", &fd, text) == 2)
			send_all(fd, text, strlen(text));
		else if (sscanf(line, "stream %d %ld %ld", &fd, &from, &to) == 3)
			send_stream(fd, from, to);
		else if (sscanf(line, "recv %d %ld", &fd, &to) == 2)
			receive(fd, to);
		else if (sscanf(line, "queued %d", &fd) == 1)
			queued(fd);
		else if (sscanf(line, "outgoing %d", &fd) == 1)
			outgoing(fd);
		else if (sscanf(line, "state %d", &fd) == 1)
			state(fd);
		else if (!strcmp(name, "namespace"))
			elsewhere();
		else if (sscanf(line, "fetch %d %d", &port, &fd) == 2)
			fetch(port, fd);
		else if (sscanf(line, "as %d %255s %1023[^\n]", &fd, text, rest) == 3)
			ask_as(fd, text, rest);
		else if (sscanf(line, "close %d", &fd) == 1)
			close(fd);
		else
			printf("unknown: %s", line);
		printf("end\n");
		fflush(stdout);
	}
	return 0;
}
