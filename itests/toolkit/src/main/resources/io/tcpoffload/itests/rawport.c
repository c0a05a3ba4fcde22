/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wire for a peer that crafts every byte. Arguments: "packet DEVICE" speaks frames on a device that exists, "tun
 * DEVICE" makes a device without link header and speaks IP packets on it.
 *
 * Standard input:  length (32 bits), bytes: sent as they are.
 * Standard output: time in ns (64 bits), length (32 bits; bit 31: this was sent, bit 30: its checksum is unfinished, as
 * a device with offloads would get it), bytes. A VLAN tag that the kernel had stripped is put back. All in host order.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SENT (1u << 31)
#define UNFINISHED (1u << 30)
#define MAX_FRAME 262144
#define BUFFER_BYTES (64 << 20)
#define TAG 4

static uint8_t frame[MAX_FRAME + TAG];
static uint8_t input[4 * MAX_FRAME];
static size_t have;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void report(uint64_t ns, uint32_t length, uint32_t marks, const void *bytes)
{
	uint32_t word = length | marks;
	fwrite(&ns, sizeof ns, 1, stdout);
	fwrite(&word, sizeof word, 1, stdout);
	fwrite(bytes, 1, length, stdout);
}

static int open_packet(const char *device)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
	int on = 1, room = BUFFER_BYTES;
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = if_nametoindex(device) };
	struct packet_mreq all = { .mr_ifindex = at.sll_ifindex, .mr_type = PACKET_MR_PROMISC };
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room))
		fail(device);
	return fd;
}

static int open_tun(const char *device)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	strncpy(request.ifr_name, device, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request))
		fail(device);
	return fd;
}

/* One frame from a packet socket; 0 when there is none. */
static int take_frame(int fd)
{
	char control[256];
	struct sockaddr_ll from;
	struct iovec into = { frame, MAX_FRAME };
	struct msghdr m = { .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &into, .msg_iovlen = 1,
			    .msg_control = control, .msg_controllen = sizeof control };
	ssize_t length = recvmsg(fd, &m, 0);
	if (length < 0) {
		if (errno != EAGAIN)
			fail("recvmsg");
		return 0;
	}
	if (from.sll_pkttype == PACKET_OUTGOING)
		return 1;
	uint64_t ns = now();
	uint32_t marks = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
			struct timespec t;
			memcpy(&t, CMSG_DATA(c), sizeof t);
			ns = t.tv_sec * 1000000000ull + t.tv_nsec;
		} else if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA) {
			struct tpacket_auxdata aux;
			memcpy(&aux, CMSG_DATA(c), sizeof aux);
			if (aux.tp_status & TP_STATUS_CSUMNOTREADY)
				marks |= UNFINISHED;
			if (aux.tp_status & TP_STATUS_VLAN_VALID) {
				uint16_t proto = htons(aux.tp_status & TP_STATUS_VLAN_TPID_VALID ? aux.tp_vlan_tpid : ETH_P_8021Q);
				uint16_t tci = htons(aux.tp_vlan_tci);
				memmove(frame + 12 + TAG, frame + 12, length - 12);
				memcpy(frame + 12, &proto, 2);
				memcpy(frame + 14, &tci, 2);
				length += TAG;
			}
		}
	}
	report(ns, length, marks, frame);
	return 1;
}

static int take_packet(int fd)
{
	ssize_t length = read(fd, frame, MAX_FRAME);
	if (length <= 0)
		return 0;
	report(now(), length, 0, frame);
	return 1;
}

/* Sends every whole record of the input. */
static void send_all(int fd)
{
	size_t at = 0;
	uint32_t length;
	while (have - at >= sizeof length && (memcpy(&length, input + at, sizeof length), have - at >= sizeof length + length)) {
		uint8_t *bytes = input + at + sizeof length;
		uint64_t ns = now();
		if (write(fd, bytes, length) < 0)
			fprintf(stderr, "a frame of %u bytes: %s\n", length, strerror(errno));
		report(ns, length, SENT, bytes);
		at += sizeof length + length;
	}
	memmove(input, input + at, have -= at);
}

int main(int count, char **arguments)
{
	if (count != 3)
		return 2;
	int tun = !strcmp(arguments[1], "tun");
	int fd = tun ? open_tun(arguments[2]) : open_packet(arguments[2]);
	/* Before everybody else, so that a packet's time is that of its arrival also on a loaded machine; if it may. */
	struct sched_param first = { .sched_priority = 1 };
	sched_setscheduler(0, SCHED_FIFO, &first);
	setvbuf(stdout, NULL, _IOFBF, 1 << 20);
	report(now(), 0, 0, frame); /* ready */
	while (1) {
		fflush(stdout);
		struct pollfd both[] = { { .fd = fd, .events = POLLIN }, { .fd = 0, .events = POLLIN } };
		if (poll(both, 2, -1) < 0)
			fail("poll");
		if (both[1].revents) {
			ssize_t more = read(0, input + have, sizeof input - have);
			if (more <= 0)
				return 0;
			have += more;
			send_all(fd);
		}
		if (both[0].revents)
			while (tun ? take_packet(fd) : take_frame(fd))
				;
	}
}
