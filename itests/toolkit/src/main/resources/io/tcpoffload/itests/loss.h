/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the loss program and its loader share: one record a direction. */
#ifndef LOSS_H
#define LOSS_H

enum { INGRESS, EGRESS, DIRECTIONS };

struct loss_side {
	__u32 drop_ppm, duplicate_ppm; /* chances in a million */
	__u64 seed;
	__u64 packets, dropped, duplicated, cut;
};

#endif
