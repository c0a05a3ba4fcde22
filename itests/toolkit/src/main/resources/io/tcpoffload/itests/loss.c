/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the programs of loss.bpf.c on a device, with commands on standard input, one a line:
 *
 *   ingress DROP_PPM DUPLICATE_PPM SEED, egress DROP_PPM DUPLICATE_PPM SEED
 *   cut PORT, mend PORT
 *   stats      prints "ingress packets=9 dropped=1 duplicated=0 cut=0", the same for egress, and "end"
 *
 * usage: loss OBJECT DEVICE
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/types.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "loss.h"

static const char *const NAMES[] = { "ingress", "egress" };

static void *map(struct bpf_object *object, const char *name, size_t size)
{
	int fd = bpf_object__find_map_fd_by_name(object, name);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED) {
		perror(name);
		exit(1);
	}
	return memory;
}

static void attach(struct bpf_object *object, const char *program, const char *device, enum bpf_tc_attach_point point)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = if_nametoindex(device), .attach_point = point);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = 0x10, .priority = 100,
		    .prog_fd = bpf_program__fd(bpf_object__find_program_by_name(object, program)));
	int error = bpf_tc_hook_create(&hook);
	if ((error && error != -EEXIST) || bpf_tc_attach(&hook, &options)) {
		fprintf(stderr, "loss: cannot attach %s to %s: %s\n", program, device, strerror(errno));
		exit(1);
	}
}

int main(int argc, char **argv)
{
	char line[200], name[20];
	unsigned drop, duplicate, port;
	unsigned long long seed;
	if (argc != 3) {
		fprintf(stderr, "usage: loss OBJECT DEVICE\n");
		return 2;
	}
	struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object)) {
		perror(argv[1]);
		return 1;
	}
	struct loss_side *sides = map(object, "sides", sizeof(struct loss_side) * DIRECTIONS);
	__u64 *cut = map(object, "cut", 65536 * sizeof *cut);
	attach(object, "loss_ingress", argv[2], BPF_TC_INGRESS);
	attach(object, "loss_egress", argv[2], BPF_TC_EGRESS);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		if (sscanf(line, "%19s %u %u %llu", name, &drop, &duplicate, &seed) == 4) {
			struct loss_side *side = &sides[strcmp(name, NAMES[EGRESS]) ? INGRESS : EGRESS];
			side->seed = seed;
			side->duplicate_ppm = duplicate;
			side->drop_ppm = drop;
		} else if (sscanf(line, "cut %u", &port) == 1) {
			cut[port & 0xffff] = 1000000;
		} else if (sscanf(line, "spoil %u %u", &port, &drop) == 2) {
			cut[port & 0xffff] = drop;
		} else if (sscanf(line, "mend %u", &port) == 1) {
			cut[port & 0xffff] = 0;
		}
		for (int i = 0; i < DIRECTIONS && !strcmp(line, "stats\n"); i++)
			printf("%s packets=%llu dropped=%llu duplicated=%llu cut=%llu\n", NAMES[i], sides[i].packets,
			       sides[i].dropped, sides[i].duplicated, sides[i].cut);
		puts("end");
		fflush(stdout);
	}
	return 0;
}
