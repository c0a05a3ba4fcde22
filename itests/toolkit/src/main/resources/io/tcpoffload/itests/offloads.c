/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Switches checksum and segmentation offload of a device off, so that the kernel finishes every packet before it
 * leaves the device, as one without these abilities: usage: offloads DEVICE
 */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	static const unsigned switches[] = { ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_STXCSUM };
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (argc != 2) {
		fprintf(stderr, "usage: offloads DEVICE\n");
		return 2;
	}
	strncpy(request.ifr_name, argv[1], IFNAMSIZ - 1);
	for (unsigned i = 0; i < sizeof switches / sizeof *switches; i++) {
		struct ethtool_value value = { .cmd = switches[i], .data = 0 };
		request.ifr_data = (void *)&value;
		if (ioctl(fd, SIOCETHTOOL, &request)) {
			perror(argv[1]);
			return 1;
		}
	}
	return 0;
}
