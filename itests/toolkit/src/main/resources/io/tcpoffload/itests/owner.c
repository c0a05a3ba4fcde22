/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that lets an engine have its connections for a while: it speaks to the engine's control socket as any program
 * would. Its stream is that of stream.h; viewers ask for any path by HTTP. Commands come on standard input, one a line, and
 * are done for all connections; each answer is lines that name what went wrong, and "end".
 *
 *   accept N           accepts so many viewers, reads their requests, sends response heads
 *   send BYTES         sends so much more of the stream by its own sockets
 *   adopt POLICY       gives its connections to the engine; POLICY is discard or hand-back
 *   append BYTES       lets the engine send so much more of the stream
 *   handback           takes the connections back
 *   fetch              takes back connections that the engine has handed back by itself
 *   pending BYTES      waits until so many bytes are there to be read
 *   read BYTES         reads so many bytes, which have to be 'u'
 *   finish             ends the stream and waits until each viewer has closed, too
 *
 * usage: owner PORT CONTROL DIRECTORY
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include "stream.h"

#define MAX_CONNECTIONS 1000
#define MAX_BYTES (8 << 20)
#define PATIENCE_MS 30000

struct connection {
	int fd; /* -1: the engine has it */
	long session;
};

static struct connection all[MAX_CONNECTIONS];
static int count, control;
static uint32_t next; /* word of the stream; the same for all */
static const char *directory;
static char answer[4096];

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* A line to the engine and its answer; 1 when that begins with ok. */
static int tell(const char *line)
{
	size_t length = 0;
	if (write(control, line, strlen(line)) < 0 || write(control, "\n", 1) < 0)
		die("control");
	while (length == 0 || answer[length - 1] != '\n') {
		ssize_t n = read(control, answer + length, sizeof(answer) - 1 - length);
		if (n <= 0)
			die("control");
		length += n;
	}
	answer[length - 1] = 0;
	return !strncmp(answer, "ok", 2);
}

static int wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };
	return poll(&p, 1, PATIENCE_MS) == 1;
}

static void send_all(struct connection *c, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t n = send(c->fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			data += n;
			length -= n;
		} else if (!wait_for(c->fd, POLLOUT) || recv(c->fd, answer, 0, MSG_DONTWAIT) < -1) {
			puts("send: no room");
			return;
		}
	}
}

static void accept_all(int listener, int n)
{
	static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
	char request[4096];
	while (n-- > 0) {
		struct connection *c = &all[count++];
		size_t length = 0;
		c->fd = accept(listener, NULL, NULL);
		while (length < 4 || memcmp(request + length - 4, "\r\n\r\n", 4)) {
			ssize_t got = read(c->fd, request + length, sizeof(request) - length);
			if (got <= 0)
				die("request");
			length += got;
		}
		send_all(c, head, sizeof(head) - 1);
	}
}

static char *more(long bytes)
{
	static uint32_t words[MAX_BYTES / 4];
	for (long i = 0; i < bytes / 4; i++)
		words[i] = stream_word(next++);
	return (char *)words;
}

static void adopt(struct connection *c, const char *policy)
{
	char line[200];
	snprintf(line, sizeof(line), "adopt pid=%d fd=%d input=%s", getpid(), c->fd, policy);
	if (!tell(line)) {
		puts(answer);
		return;
	}
	c->session = atol(answer + 3);
	close(c->fd);
	c->fd = -1;
}

static void append(struct connection *c, const char *file)
{
	char line[4200];
	snprintf(line, sizeof(line), "file %ld %s", c->session, file);
	if (!tell(line))
		puts(answer);
}

static void fetch(struct connection *c, int pid, int fd)
{
	char line[200];
	int process = syscall(SYS_pidfd_open, pid, 0);
	c->fd = syscall(SYS_pidfd_getfd, process, fd, 0);
	close(process);
	if (c->fd < 0)
		die("pidfd_getfd");
	snprintf(line, sizeof(line), "fetched %ld", c->session);
	if (!tell(line))
		puts(answer);
}

static void hand_back(struct connection *c)
{
	char line[200];
	int pid, fd, tries = 1000;
	long discarded;
	snprintf(line, sizeof(line), "hand-back %ld", c->session);
	while (!tell(line)) {
		if (!strstr(answer, "try again") || --tries == 0) {
			puts(answer);
			return;
		}
		usleep(1000);
	}
	if (sscanf(answer, "ok pid=%d fd=%d discarded=%ld", &pid, &fd, &discarded) != 3 || discarded != 0)
		puts(answer);
	fetch(c, pid, fd);
}

/* What the engine says of a session that it has handed back by itself. */
static void await_back(struct connection *c)
{
	char line[200], *pid, *fd;
	int tries = PATIENCE_MS / 10;
	snprintf(line, sizeof(line), "info %ld", c->session);
	do {
		usleep(10000);
		tell(line);
		pid = strstr(answer, " pid=");
		fd = strstr(answer, " fd=");
	} while ((!strstr(answer, "end=handed-back") || !pid || !fd) && --tries > 0);
	if (tries > 0)
		fetch(c, atoi(pid + 5), atoi(fd + 4));
	else
		puts(answer);
}

static void read_all(struct connection *c, long bytes)
{
	char data[4096];
	while (bytes > 0) {
		ssize_t n = wait_for(c->fd, POLLIN) ? recv(c->fd, data, bytes < 4096 ? bytes : 4096, MSG_DONTWAIT) : -1;
		if (n <= 0) {
			printf("read: %ld bytes are missing\n", bytes);
			return;
		}
		for (int i = 0; i < n; i++) {
			if (data[i] != 'u') {
				printf("read: wrong byte %d\n", data[i]);
				return;
			}
		}
		bytes -= n;
	}
}

static void await_pending(struct connection *c, long bytes)
{
	int there = 0, tries = PATIENCE_MS / 10;
	while (!ioctl(c->fd, FIONREAD, &there) && there < bytes && --tries > 0)
		usleep(10000);
	if (there != bytes)
		printf("pending: %d bytes\n", there);
}

static void finish(struct connection *c)
{
	char rest;
	if (!wait_for(c->fd, POLLIN) || recv(c->fd, &rest, 1, MSG_DONTWAIT) != 0)
		puts("finish: no end");
	close(c->fd);
}

static void command(int listener, const char *what, const char *word)
{
	long number = atol(word);
	char file[4096], *data = NULL;
	if (!strcmp(what, "accept")) {
		accept_all(listener, number);
		return;
	}
	if (!strcmp(what, "send") || !strcmp(what, "append"))
		data = more(number);
	if (!strcmp(what, "append")) {
		snprintf(file, sizeof(file), "%s/%u", directory, next);
		FILE *f = fopen(file, "w");
		if (!f || fwrite(data, number, 1, f) != 1 || fclose(f))
			die(file);
	}
	for (int i = 0; i < count; i++) {
		struct connection *c = &all[i];
		if (!strcmp(what, "send"))
			send_all(c, data, number);
		else if (!strcmp(what, "adopt"))
			adopt(c, word);
		else if (!strcmp(what, "append"))
			append(c, file);
		else if (!strcmp(what, "handback"))
			hand_back(c);
		else if (!strcmp(what, "fetch"))
			await_back(c);
		else if (!strcmp(what, "pending"))
			await_pending(c, number);
		else if (!strcmp(what, "read"))
			read_all(c, number);
		else if (!strcmp(what, "finish"))
			shutdown(c->fd, SHUT_WR);
	}
	for (int i = 0; !strcmp(what, "finish") && i < count; i++)
		finish(&all[i]);
}

int main(int argc, char **argv)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	struct sockaddr_un engine = { .sun_family = AF_UNIX };
	char line[200], what[20], word[20];
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	if (argc != 4) {
		fprintf(stderr, "usage: owner PORT CONTROL DIRECTORY\n");
		return 2;
	}
	any.sin_port = htons(atoi(argv[1]));
	directory = argv[3];
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&any, sizeof(any)) || listen(listener, 1000))
		die("listen");
	strncpy(engine.sun_path, argv[2], sizeof(engine.sun_path) - 1);
	control = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(control, (struct sockaddr *)&engine, sizeof(engine)))
		die(argv[2]);
	while (fgets(line, sizeof(line), stdin)) {
		word[0] = 0;
		if (sscanf(line, "%19s %19s", what, word) > 0)
			command(listener, what, word);
		puts("end");
		fflush(stdout);
	}
	return 0;
}
