/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte stream whose every 32-bit word tells its own position: word i is a bijective mix of i (the finaliser of
 * MurmurHash3, little-endian on the wire). A receiver finds out from the first word where it joined, and checks every
 * byte from there on. Positions are bytes, multiples of 4, up to 16 GiB.
 */
#ifndef STREAM_H
#define STREAM_H
#include <stdint.h>

static inline uint32_t stream_word(uint32_t i)
{
	i ^= i >> 16;
	i *= 0x85ebca6bu;
	i ^= i >> 13;
	i *= 0xc2b2ae35u;
	return i ^ i >> 16;
}

static inline uint32_t stream_index(uint32_t word)
{
	word ^= word >> 16;
	word *= 0x7ed1b41du; /* inverse of 0xc2b2ae35 modulo 2^32 */
	word ^= word >> 13 ^ word >> 26;
	word *= 0xa5cb9243u; /* inverse of 0x85ebca6b modulo 2^32 */
	return word ^ word >> 16;
}

#endif
