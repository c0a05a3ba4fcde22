/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cable between two TUN devices, which it makes in two network namespaces: usage: tunnel NAMESPACE DEVICE NAMESPACE
 * DEVICE. Says "ready"; ends with its input, and the devices with it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_PACKET 65536

static int open_end(const char *namespace, const char *device)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	char path[200];
	snprintf(path, sizeof path, "/run/netns/%s", namespace);
	int ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET)) {
		perror(path);
		return -1;
	}
	close(ns);
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	strncpy(request.ifr_name, device, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request)) {
		perror(device);
		return -1;
	}
	return fd;
}

static void carry(int from, int to)
{
	static char packet[MAX_PACKET];
	ssize_t n;
	while ((n = read(from, packet, sizeof packet)) > 0)
		if (write(to, packet, n) != n && errno != EIO) /* that end is down */
			perror("tunnel: packet lost");
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: tunnel NAMESPACE DEVICE NAMESPACE DEVICE\n");
		return 2;
	}
	struct pollfd ends[3] = { { .events = POLLIN }, { .events = POLLIN }, { .fd = 0, .events = POLLIN } };
	ends[0].fd = open_end(argv[1], argv[2]);
	ends[1].fd = open_end(argv[3], argv[4]);
	if (ends[0].fd < 0 || ends[1].fd < 0)
		return 1;
	puts("ready");
	fflush(stdout);
	while (poll(ends, 3, -1) > 0 && !ends[2].revents) {
		if (ends[0].revents)
			carry(ends[0].fd, ends[1].fd);
		if (ends[1].revents)
			carry(ends[1].fd, ends[0].fd);
	}
	return 0;
}
