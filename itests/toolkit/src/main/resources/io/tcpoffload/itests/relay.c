/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bad link in user space: joins two devices as a bridge would, and does to the IP packets of each direction what it
 * is told, by seeded chance. Commands come on standard input, one a line, each answered with "end":
 *
 *   to NAME=VALUE...     towards viewers (LEFT to RIGHT); names that are not given keep their values
 *   from NAME=VALUE...   from viewers
 *       delay=US jitter=US       each packet takes delay to delay + jitter; the order is kept
 *       drop=PPM duplicate=PPM corrupt=PPM   chances in a million; corrupt flips one bit behind the Ethernet header
 *       reorder=PPM hold=US      chance of a packet to be held back by up to so much more, others overtake it
 *       rate=KBITS buffer=BYTES  bottleneck with drop-tail queue; rate 0 for none
 *       mark=BYTES               queue above which ECN-capable packets get the CE mark; 0 for none
 *   seed N               new chances for all flows from now on
 *   stats                a line for each direction
 *
 *   to packets=9 bytes=900 dropped=1 overflowed=0 duplicated=0 corrupted=0 reordered=0 marked=0 sent=8 failed=0 missed=0 late=0 latest_us=50
 *
 * packets and bytes arrived, of IP; sent counts copies that left; overflowed is the bottleneck's queue. failed (send
 * refused or no memory) and missed (not read in time) are faults of the relay itself: a test wants 0. late counts those
 * sent more than 200 us after their time.
 *
 * The n-th packet of a direction of the m-th flow of a server's port, by order of appearance, meets the same chances
 * in each run with the same seed, so that two senders on two ports can be compared. What is not IP, neighbour
 * discovery and IPv6 multicast pass at once and unharmed.
 *
 * usage: relay LEFT RIGHT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"

enum { TO, FROM, DIRECTIONS };
static const char *const NAMES[] = { "to", "from" };

#define BATCH 64
#define MAX_FRAME 65600
#define MAX_WAITING (1 << 18) /* 250 Mbit/s of 100-byte packets for 800 ms */
#define SOCKET_BUFFER (64 << 20)
#define FLOWS (1 << 12)
#define LATE_NS 200000
#define PPM 1000000

struct packet {
	uint64_t due, order;
	int direction, length;
	uint8_t data[];
};

struct flow {
	uint32_t key;              /* both ports; 0 for an unused entry */
	uint64_t chance[DIRECTIONS]; /* state of its random numbers */
	uint32_t number;           /* among the flows of its server's port */
};

struct side {
	int in, out;
	uint64_t delay, jitter, hold, drop, duplicate, corrupt, reorder, rate, buffer, mark;
	uint64_t busy_until, last_due;
	uint64_t packets, bytes, dropped, overflowed, duplicated, corrupted, reordered, marked, sent, failed, missed, late,
		latest;
};

static struct side sides[DIRECTIONS];
static struct flow flows[FLOWS];
static uint32_t opened[65536]; /* flows by server port */
static struct packet *heap[MAX_WAITING];
static int waiting;
static uint64_t orders, seed = 1;

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static int before(const struct packet *a, const struct packet *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void push(struct packet *p)
{
	int i = waiting++;
	for (; i > 0 && before(p, heap[(i - 1) / 2]); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = p;
}

static struct packet *pop(void)
{
	struct packet *first = heap[0], *p = heap[--waiting];
	int i = 0;
	for (int child; (child = 2 * i + 1) < waiting; i = child) {
		if (child + 1 < waiting && before(heap[child + 1], heap[child]))
			child++;
		if (!before(heap[child], p))
			break;
		heap[i] = heap[child];
	}
	heap[i] = p;
	return first;
}

/* What the relay needs to know of a frame. */
struct view {
	int ip;   /* offset of the IP header, 0 if it is to pass unharmed */
	int l4;   /* offset of the TCP header, 0 if it is another protocol or a fragment */
	int version;
};

static struct view look(const uint8_t *f, int length)
{
	struct view v = { 0 };
	int at = 12;
	while (at + 2 < length && ((f[at] == 0x81 && f[at + 1] == 0) || (f[at] == 0x88 && f[at + 1] == 0xa8)))
		at += 4;
	int type = f[at] << 8 | f[at + 1];
	at += 2;
	if (type == ETHERTYPE_IP && length >= at + 20) {
		v.ip = at;
		v.version = 4;
		int next = at + (f[at] & 15) * 4;
		if (f[at + 9] == IPPROTO_TCP && !((f[at + 6] & 0x1f) | f[at + 7]) && length >= next + 20)
			v.l4 = next;
	} else if (type == ETHERTYPE_IPV6 && length >= at + 40) {
		if (f[at + 24] == 0xff || (f[at + 6] == IPPROTO_ICMPV6 && length > at + 40 && f[at + 40] >= 133 && f[at + 40] <= 137))
			return v;
		v.ip = at;
		v.version = 6;
		if (f[at + 6] == IPPROTO_TCP && length >= at + 60)
			v.l4 = at + 40;
	}
	return v;
}

/* A flow's server is on the left. All that is not TCP is one flow; those beyond the table take an older one's place. */
static struct flow *flow_of(const uint8_t *f, struct view v, int direction)
{
	uint32_t key = 1; /* port 0 is nobody's */
	uint16_t server = 0;
	if (v.l4) {
		uint16_t source = f[v.l4] << 8 | f[v.l4 + 1], destination = f[v.l4 + 2] << 8 | f[v.l4 + 3];
		server = direction == TO ? source : destination;
		key = (uint32_t)server << 16 | (direction == TO ? destination : source);
	}
	int i = key * 0x9e3779b1u >> 20;
	for (int tries = 0; tries < FLOWS - 1 && flows[i].key && flows[i].key != key; tries++)
		i = (i + 1) % FLOWS;
	if (flows[i].key != key) {
		flows[i].key = key;
		flows[i].number = opened[server]++;
		for (int d = 0; d < DIRECTIONS; d++) {
			uint64_t state = seed * DIRECTIONS + d;
			flows[i].chance[d] = next_random(&state) + flows[i].number * 0xd1342543de82ef95ull;
		}
	}
	return &flows[i];
}

static int happens(uint64_t *state, uint64_t ppm)
{
	return next_random(state) % PPM < ppm;
}

/* RFC 3168 section 5: ECT(0) or ECT(1) becomes CE; IPv4's header checksum follows (RFC 1624). */
static int mark(uint8_t *f, struct view v)
{
	uint8_t *octet = &f[v.ip + 1];
	int shift = v.version == 4 ? 0 : 4, codepoint = *octet >> shift & 3;
	if (codepoint == 0 || codepoint == 3)
		return 0;
	uint16_t old = f[v.ip] << 8 | f[v.ip + 1];
	*octet |= 3 << shift;
	if (v.version == 4) {
		uint16_t now = f[v.ip] << 8 | f[v.ip + 1];
		uint32_t sum = (uint16_t)~(f[v.ip + 10] << 8 | f[v.ip + 11]);
		sum += (uint16_t)~old + now;
		sum = (sum & 0xffff) + (sum >> 16);
		sum = ~(sum + (sum >> 16));
		f[v.ip + 10] = sum >> 8;
		f[v.ip + 11] = sum;
	}
	return 1;
}

static void emit(struct side *s, const uint8_t *data, int length, uint64_t due)
{
	struct packet *p = waiting < MAX_WAITING ? malloc(sizeof *p + length) : NULL;
	if (!p) {
		s->failed++;
		return;
	}
	p->due = due;
	p->order = orders++;
	p->direction = s - sides;
	p->length = length;
	memcpy(p->data, data, length);
	push(p);
}

/* Each packet uses up the same amount of chance, whatever the settings, so that one of them changes nothing else. */
static void arrived(struct side *s, uint8_t *data, int length, uint64_t now)
{
	struct view v = look(data, length);
	if (!v.ip) {
		emit(s, data, length, now);
		return;
	}
	uint64_t *chance = &flow_of(data, v, s - sides)->chance[s - sides];
	int drop = happens(chance, s->drop), duplicate = happens(chance, s->duplicate);
	int corrupt = happens(chance, s->corrupt), reorder = happens(chance, s->reorder);
	uint64_t jitter = next_random(chance), hold = next_random(chance), bit = next_random(chance);
	int size = length - v.ip;
	s->packets++;
	s->bytes += size;
	if (drop) {
		s->dropped++;
		return;
	}
	uint64_t leaves = now;
	if (s->rate) {
		uint64_t backlog = s->busy_until > now ? (s->busy_until - now) * s->rate / 8000000 : 0;
		if (backlog + length > s->buffer) {
			s->overflowed++;
			return;
		}
		if (s->mark && backlog > s->mark)
			s->marked += mark(data, v);
		s->busy_until = (s->busy_until > now ? s->busy_until : now) + length * 8000000ull / s->rate;
		leaves = s->busy_until;
	}
	uint64_t due = leaves + s->delay + (s->jitter ? jitter % (s->jitter + 1) : 0);
	if (due < s->last_due)
		due = s->last_due;
	s->last_due = due;
	if (reorder) {
		s->reordered++;
		due += hold % (s->hold + 1);
	}
	if (duplicate) {
		s->duplicated++;
		emit(s, data, length, due);
	}
	if (corrupt) {
		/* IPv6 has no checksum for its own header */
		int from = v.version == 6 && v.l4 ? v.l4 : v.ip;
		uint64_t at = bit % (8 * (uint64_t)(length - from));
		data[from + at / 8] ^= 1 << at % 8;
		s->corrupted++;
	}
	emit(s, data, length, due);
}

/* The kernel says when each packet came, so that waiting to be read is no delay. */
static uint64_t arrival(struct msghdr *m, uint64_t now, uint64_t wall)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
			struct timespec t;
			memcpy(&t, CMSG_DATA(c), sizeof t);
			uint64_t ago = wall - (t.tv_sec * 1000000000ull + t.tv_nsec);
			return ago < 1000000000ull ? now - ago : now; /* a clock that was set says nothing */
		}
	}
	return now;
}

static int receive(struct side *s)
{
	static uint8_t data[BATCH][MAX_FRAME];
	static char control[BATCH][64];
	struct mmsghdr m[BATCH];
	struct iovec v[BATCH];
	for (int i = 0; i < BATCH; i++) {
		v[i] = (struct iovec){ data[i], MAX_FRAME };
		m[i].msg_hdr = (struct msghdr){ .msg_iov = &v[i], .msg_iovlen = 1, .msg_control = control[i],
						.msg_controllen = sizeof control[i] };
	}
	int n = recvmmsg(s->in, m, BATCH, MSG_DONTWAIT, NULL);
	uint64_t now = clock_ns(CLOCK_MONOTONIC), wall = clock_ns(CLOCK_REALTIME);
	for (int i = 0; i < n; i++)
		arrived(s, data[i], m[i].msg_len, arrival(&m[i].msg_hdr, now, wall));
	return n == BATCH;
}

/* One packet a message; the order among both directions does not matter. */
static void send_due(uint64_t now)
{
	struct packet *p[BATCH];
	struct mmsghdr m[BATCH];
	struct iovec v[BATCH];
	while (waiting && heap[0]->due <= now) {
		int n = 0, direction = heap[0]->direction;
		struct side *s = &sides[direction];
		while (n < BATCH && waiting && heap[0]->due <= now && heap[0]->direction == direction) {
			p[n] = pop();
			uint64_t late = now - p[n]->due;
			s->late += late > LATE_NS;
			s->latest = late > s->latest ? late : s->latest;
			v[n] = (struct iovec){ p[n]->data, p[n]->length };
			m[n].msg_hdr = (struct msghdr){ .msg_iov = &v[n], .msg_iovlen = 1 };
			n++;
		}
		for (int done = 0; done < n;) {
			int sent = sendmmsg(s->out, m + done, n - done, 0);
			if (sent < 0)
				s->failed++;
			else
				s->sent += sent;
			done += sent < 0 ? 1 : sent;
		}
		while (n > 0)
			free(p[--n]);
		now = clock_ns(CLOCK_MONOTONIC);
	}
}

static int open_device(const char *device)
{
	int one = 1, buffer = SOCKET_BUFFER;
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
				       .sll_ifindex = if_nametoindex(device) };
	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one)
	    || setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one)
	    || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one)
	    || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer)
	    || setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer)
	    || bind(fd, (struct sockaddr *)&address, sizeof address)) {
		perror(device);
		exit(1);
	}
	return fd;
}

static void set(struct side *s, const char *name, uint64_t value)
{
	const struct {
		const char *name;
		uint64_t *field, unit;
	} settings[] = {
		{ "delay", &s->delay, 1000 }, { "jitter", &s->jitter, 1000 }, { "hold", &s->hold, 1000 },
		{ "drop", &s->drop, 1 }, { "duplicate", &s->duplicate, 1 }, { "corrupt", &s->corrupt, 1 },
		{ "reorder", &s->reorder, 1 }, { "rate", &s->rate, 1 }, { "buffer", &s->buffer, 1 },
		{ "mark", &s->mark, 1 },
	};
	for (unsigned i = 0; i < sizeof settings / sizeof *settings; i++) {
		if (!strcmp(settings[i].name, name)) {
			*settings[i].field = value * settings[i].unit;
			return;
		}
	}
	fprintf(stderr, "relay: there is no setting '%s'\n", name);
	exit(2);
}

static void stats(struct side *s)
{
	struct tpacket_stats kernel;
	socklen_t length = sizeof kernel;
	if (!getsockopt(s->in, SOL_PACKET, PACKET_STATISTICS, &kernel, &length))
		s->missed += kernel.tp_drops; /* reading sets it to 0 */
	printf("%s packets=%lu bytes=%lu dropped=%lu overflowed=%lu duplicated=%lu corrupted=%lu reordered=%lu marked=%lu "
	       "sent=%lu failed=%lu missed=%lu late=%lu latest_us=%lu\n",
	       NAMES[s - sides], s->packets, s->bytes, s->dropped, s->overflowed, s->duplicated, s->corrupted, s->reordered,
	       s->marked, s->sent, s->failed, s->missed, s->late, s->latest / 1000);
}

static void command(char *line)
{
	char *rest, *what = strtok_r(line, " ", &rest);
	if (what && !strcmp(what, "stats")) {
		for (int d = 0; d < DIRECTIONS; d++)
			stats(&sides[d]);
	} else if (what && !strcmp(what, "seed")) {
		seed = strtoull(rest, NULL, 10);
		memset(opened, 0, sizeof opened);
		memset(flows, 0, sizeof flows);
	} else {
		struct side *s = &sides[what && !strcmp(what, NAMES[FROM])];
		for (char *word; (word = strtok_r(NULL, " ", &rest));) {
			char *value = strchr(word, '=');
			if (value) {
				*value = 0;
				set(s, word, strtoull(value + 1, NULL, 10));
			}
		}
	}
	puts("end");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct sched_param first = { .sched_priority = 1 };
	if (argc != 3) {
		fprintf(stderr, "usage: relay LEFT RIGHT\n");
		return 2;
	}
	sides[TO].in = sides[FROM].out = open_device(argv[1]);
	sides[TO].out = sides[FROM].in = open_device(argv[2]);
	/* Being late is a disturbance that nobody asked for; where this is not allowed it goes on as it is. */
	sched_setscheduler(0, SCHED_FIFO, &first);
	prctl(PR_SET_TIMERSLACK, 1);
	puts("ready");
	fflush(stdout);
	struct pollfd wait[] = { { .fd = sides[TO].in, .events = POLLIN }, { .fd = sides[FROM].in, .events = POLLIN },
				 { .fd = 0, .events = POLLIN } };
	for (;;) {
		uint64_t now = clock_ns(CLOCK_MONOTONIC);
		send_due(now);
		struct timespec until = { 3600, 0 };
		if (waiting) {
			now = clock_ns(CLOCK_MONOTONIC);
			uint64_t left = heap[0]->due > now ? heap[0]->due - now : 0;
			until = (struct timespec){ left / 1000000000, left % 1000000000 };
		}
		if (ppoll(wait, 3, &until, NULL) <= 0)
			continue;
		for (int d = 0; d < DIRECTIONS; d++)
			for (int more = wait[d].revents; more;) {
				more = receive(&sides[d]);
				send_due(clock_ns(CLOCK_MONOTONIC));
			}
		if (wait[2].revents && !commands(command))
			return 0;
	}
}
