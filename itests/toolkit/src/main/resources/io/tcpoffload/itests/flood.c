/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flood of TCP segments from an address that nobody has. Arguments: DEVICE SOURCE_MAC DESTINATION_MAC SOURCE_IP
 * SOURCE_PORT DESTINATION_IP DESTINATION_PORT KIND COUNT PER_SECOND. A source port of 0 is another one each time. KIND:
 * ack, syn, or random flags; sequence and acknowledgement are random. Prints how many left.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME 54
#define IP 14
#define TCP 34
#define BATCH_NS 1000000

static uint8_t frame[FRAME];

static uint32_t sum(int from, int to)
{
	uint32_t s = 0;
	for (int i = from; i < to; i += 2)
		s += frame[i] << 8 | frame[i + 1];
	return s;
}

static void store(int at, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		frame[at + i] = value >> 8 * (bytes - 1 - i);
}

static void checksum(int at, uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	store(at, ~s & 0xffff, 2);
}

static void mac(int at, const char *text)
{
	unsigned int b[6];
	if (sscanf(text, "%x:%x:%x:%x:%x:%x", b, b + 1, b + 2, b + 3, b + 4, b + 5) != 6)
		exit(2);
	for (int i = 0; i < 6; i++)
		frame[at + i] = b[i];
}

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

int main(int count, char **a)
{
	if (count != 11)
		return 2;
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(a[1]) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), port = atoi(a[5]);
	long wanted = atol(a[9]), rate = atol(a[10]), sent = 0;
	mac(0, a[3]);
	mac(6, a[2]);
	store(12, ETHERTYPE_IP, 2);
	store(IP, 0x45, 1);
	store(IP + 2, 40, 2);
	store(IP + 8, 64, 1);
	store(IP + 9, 6, 1);
	if (inet_pton(AF_INET, a[4], frame + IP + 12) != 1 || inet_pton(AF_INET, a[6], frame + IP + 16) != 1)
		return 2;
	checksum(IP + 10, sum(IP, TCP));
	store(TCP + 2, atoi(a[7]), 2);
	store(TCP + 12, 0x50, 1);
	store(TCP + 14, 1000, 2);
	srandom(now());
	uint64_t start = now();
	while (sent < wanted) {
		long due = (now() - start) * (double)rate / 1e9;
		for (; sent < due && sent < wanted; sent++) {
			uint8_t flags = *a[8] == 'a' ? 0x10 : *a[8] == 's' ? 0x02 : random();
			store(TCP, port ? port : 1024 + random() % 60000, 2);
			store(TCP + 4, random() << 1, 4);
			store(TCP + 8, flags & 0x10 ? random() << 1 : 0, 4);
			store(TCP + 13, flags, 1);
			store(TCP + 16, 0, 2);
			checksum(TCP + 16, sum(IP + 12, FRAME) + 6 + 20);
			if (sendto(fd, frame, FRAME, 0, (struct sockaddr *)&to, sizeof to) < 0) {
				perror("sendto");
				return 1;
			}
		}
		usleep(BATCH_NS / 1000);
	}
	printf("%ld\n", sent);
	return 0;
}
