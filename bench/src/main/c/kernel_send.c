/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an engine is measured against: one thread that sends the same bytes to N viewers with send(), the way a good
 * relay does it. All viewers are sent from one buffer that stays in the processor's cache; sockets do not block,
 * and a viewer whose socket is full goes on where it was on the next round.
 *
 *   kernel_send ADDRESS PORT N
 *
 * Prints "listening", then "viewers N" when N viewers have been given the response head. Then, for each line
 * "run PIECE SECONDS" on its input, sends pieces of that many bytes for that long, and prints "sent BYTES".
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER (1 << 20)
static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n";

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static int listen_on(const char *address, int port, int backlog)
{
	struct sockaddr_in self = { .sin_family = AF_INET, .sin_port = htons(port) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	inet_pton(AF_INET, address, &self.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	/* As on a stock kernel, and as our own sender does; accepted connections inherit it. */
	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", strlen("cubic")))
		fail("cubic");
	if (bind(fd, (struct sockaddr *)&self, sizeof self) || listen(fd, backlog))
		fail("listen");
	return fd;
}

static int accept_viewer(int listener)
{
	char request[4096];
	int one = 1, length = 0, fd = accept(listener, NULL, NULL);
	if (fd < 0)
		fail("accept");
	while (length < 4 || memcmp(request + length - 4, "\r\n\r\n", 4))
		if (length == sizeof request || recv(fd, request + length++, 1, 0) != 1)
			fail("request");
	if (send(fd, HEAD, sizeof HEAD - 1, 0) != sizeof HEAD - 1)
		fail("response head");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static unsigned long long send_pieces(const int *fd, int count, int piece, double seconds)
{
	static char buffer[BUFFER];
	int *done = calloc(count, sizeof *done); /* bytes of the present piece that a viewer has had */
	unsigned long long sent = 0;
	int at = 0;
	for (double end = now() + seconds; now() < end; at = at + 2 * piece > BUFFER ? 0 : at + piece) {
		for (int i = 0; i < count; i++) {
			ssize_t n = send(fd[i], buffer + at + done[i], piece - done[i], MSG_NOSIGNAL);
			if (n > 0) {
				sent += n;
				done[i] = (done[i] + n) % piece;
			}
		}
	}
	free(done);
	return sent;
}

int main(int argc, char **argv)
{
	char line[200];
	int piece;
	double seconds;
	if (argc != 4) {
		fprintf(stderr, "usage: kernel_send ADDRESS PORT N\n");
		return 2;
	}
	int count = atoi(argv[3]), *fd = calloc(count, sizeof *fd);
	struct rlimit files = { count + 100, count + 100 };
	setrlimit(RLIMIT_NOFILE, &files);
	int listener = listen_on(argv[1], atoi(argv[2]), count);
	puts("listening");
	fflush(stdout);
	for (int i = 0; i < count; i++)
		fd[i] = accept_viewer(listener);
	printf("viewers %d\n", count);
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		if (sscanf(line, "run %d %lf", &piece, &seconds) != 2 || piece < 1 || piece > BUFFER)
			continue;
		printf("sent %llu\n", send_pieces(fd, count, piece, seconds));
		fflush(stdout);
	}
	return 0;
}
