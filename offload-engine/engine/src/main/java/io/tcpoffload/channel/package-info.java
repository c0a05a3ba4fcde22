// SPDX-License-Identifier: Apache-2.0

/**
 * A channel: its retained media ({@link io.tcpoffload.channel.SegmentStore}), who feeds it
 * ({@link io.tcpoffload.channel.ChannelPublisher}) and each viewer's place in it
 * ({@link io.tcpoffload.channel.Cursor}). Publishers write on their own threads, one at a time; any number of transport
 * threads read without locks. Both transports serve viewers through these types, so that they behave the same.
 */
package io.tcpoffload.channel;
