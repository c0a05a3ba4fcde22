/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The viewers of a measurement: opens N ordinary connections to an HTTP server, asks for a path, reads the response
 * head, and then lets the program in farm.bpf.c answer for them. Runs in the viewers' network namespace.
 *
 *   farm OBJECT DEVICE ADDRESS PORT PATH N
 *
 * Prints "ready N". Then, for each line "sample PID WAIT SECONDS" on its input, waits WAIT seconds, measures for
 * SECONDS what the viewers got and what processor time the process PID used meanwhile, and prints one line:
 *
 *   seconds=2.000 bytes=... cpu=1.998 least=... most=... disorder=0 odd=0
 *
 * bytes: received in order by all viewers; least, most: by one of them; disorder: packets that were not the next.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <linux/types.h>
#include "../bpf/farm.h"

#define WINDOW 65535 /* the field; with the usual scale of 7 or more that is 8 MB and no viewer limits a sender */
#ifndef TCP_REPAIR
#define TCP_REPAIR 19
#define TCP_REPAIR_QUEUE 20
#define TCP_QUEUE_SEQ 21
#define TCP_TIMESTAMP 24
#endif
enum { RECEIVE_QUEUE = 1, SEND_QUEUE = 2 };

static struct farm_viewer *viewers;
static int *ports, count;

static void fail(const char *what)
{
	fprintf(stderr, "farm: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void pause_for(double seconds)
{
	struct timespec t = { (time_t)seconds, (seconds - (time_t)seconds) * 1e9 };
	nanosleep(&t, NULL);
}

static void attach(const char *object_file, const char *device)
{
	struct bpf_object *object = bpf_object__open_file(object_file, NULL);
	if (!object || bpf_object__load(object))
		fail(object_file);
	struct bpf_program *program = bpf_object__find_program_by_name(object, "farm");
	int map = bpf_object__find_map_fd_by_name(object, "viewers");
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = if_nametoindex(device), .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = 1, .priority = 1, .prog_fd = bpf_program__fd(program));
	int error = bpf_tc_hook_create(&hook);
	if (error && error != -EEXIST)
		fail("clsact");
	if (bpf_tc_attach(&hook, &options))
		fail("attaching the program");
	viewers = mmap(NULL, FARM_PORTS * sizeof *viewers, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (viewers == MAP_FAILED)
		fail("mapping the viewers' records");
}

static int ask(const struct sockaddr_in *server, const char *path)
{
	char text[4096];
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)server, sizeof *server))
		fail("connect");
	int length = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: %s:%d\r\n\r\n", path,
			      inet_ntoa(server->sin_addr), ntohs(server->sin_port));
	if (send(fd, text, length, 0) != length)
		fail("request");
	for (length = 0; length < 4 || memcmp(text + length - 4, "\r\n\r\n", 4); length++)
		if (length == sizeof text || recv(fd, text + length, 1, 0) != 1)
			fail("response head");
	if (strncmp(text, "HTTP/1.1 200", 12)) {
		fprintf(stderr, "farm: the server answered %.*s\n", (int)strcspn(text, "\r"), text);
		exit(1);
	}
	/* The head must not wait for a delayed acknowledgement: it is the packet an offload takes its template from. */
	setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
	return fd;
}

static uint32_t option(int fd, int name)
{
	uint32_t value;
	socklen_t length = sizeof value;
	if (getsockopt(fd, IPPROTO_TCP, name, &value, &length))
		fail("reading the state of a connection");
	return value;
}

static uint32_t queue_sequence(int fd, int queue)
{
	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof queue))
		fail("choosing the queue of a connection");
	return option(fd, TCP_QUEUE_SEQ);
}

/* Freezes the kernel's side of the connection, so that closing it later says nothing to the server. */
static int arm(int fd)
{
	int one = 1;
	struct tcp_info info;
	struct sockaddr_in self;
	socklen_t length = sizeof info, self_length = sizeof self;
	struct timespec t;
	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &one, sizeof one))
		fail("TCP_REPAIR");
	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length);
	getsockname(fd, (struct sockaddr *)&self, &self_length);
	int port = ntohs(self.sin_port);
	struct farm_viewer *v = viewers + port;
	v->rcv_nxt = queue_sequence(fd, RECEIVE_QUEUE);
	v->snd_nxt = queue_sequence(fd, SEND_QUEUE);
	v->has_ts = !!(info.tcpi_options & TCPI_OPT_TIMESTAMPS);
	clock_gettime(CLOCK_MONOTONIC, &t);
	v->ts_offset = option(fd, TCP_TIMESTAMP) - (uint32_t)(t.tv_sec * 1000ull + t.tv_nsec / 1000000);
	v->window = WINDOW;
	__atomic_store_n(&v->armed, 1, __ATOMIC_RELEASE);
	return port;
}

/* Seconds of processor time of all threads, to the nanosecond, softirq work on their backs included. */
static double cpu_of(const char *pid)
{
	char path[600];
	double total = 0;
	snprintf(path, sizeof path, "/proc/%s/task", pid);
	DIR *tasks = opendir(path);
	if (!tasks)
		return 0;
	for (struct dirent *task; (task = readdir(tasks));) {
		unsigned long long ns;
		snprintf(path, sizeof path, "/proc/%s/task/%s/schedstat", pid, task->d_name);
		FILE *file = task->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (!file)
			continue;
		if (fscanf(file, "%llu", &ns) == 1)
			total += ns * 1e-9;
		fclose(file);
	}
	closedir(tasks);
	return total;
}

static void sample(const char *pid, double wait, double seconds)
{
	uint64_t *before = calloc(count, sizeof *before), bytes = 0, least = UINT64_MAX, most = 0;
	uint64_t disorder = 0, odd = 0;
	pause_for(wait);
	double cpu = cpu_of(pid), start = now();
	for (int i = 0; i < count; i++) {
		before[i] = viewers[ports[i]].received;
		disorder -= viewers[ports[i]].disorder;
		odd -= viewers[ports[i]].odd_options;
	}
	pause_for(seconds);
	seconds = now() - start;
	for (int i = 0; i < count; i++) {
		uint64_t got = viewers[ports[i]].received - before[i];
		disorder += viewers[ports[i]].disorder;
		odd += viewers[ports[i]].odd_options;
		bytes += got;
		least = got < least ? got : least;
		most = got > most ? got : most;
	}
	printf("seconds=%.6f bytes=%llu cpu=%.6f least=%llu most=%llu disorder=%llu odd=%llu\n", seconds,
	       (unsigned long long)bytes, cpu_of(pid) - cpu, (unsigned long long)least, (unsigned long long)most,
	       (unsigned long long)disorder, (unsigned long long)odd);
	fflush(stdout);
	free(before);
}

int main(int argc, char **argv)
{
	char line[200], pid[40];
	double wait, seconds;
	if (argc != 7) {
		fprintf(stderr, "usage: farm OBJECT DEVICE ADDRESS PORT PATH N\n");
		return 2;
	}
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[4])) };
	inet_pton(AF_INET, argv[3], &server.sin_addr);
	count = atoi(argv[6]);
	ports = calloc(count, sizeof *ports);
	struct rlimit files = { count + 100, count + 100 };
	setrlimit(RLIMIT_NOFILE, &files);
	attach(argv[1], argv[2]);
	for (int i = 0; i < count; i++)
		ports[i] = arm(ask(&server, argv[5]));
	printf("ready %d\n", count);
	fflush(stdout);
	while (fgets(line, sizeof line, stdin))
		if (sscanf(line, "sample %39s %lf %lf", pid, &wait, &seconds) == 3)
			sample(pid, wait, seconds);
	return 0;
}
