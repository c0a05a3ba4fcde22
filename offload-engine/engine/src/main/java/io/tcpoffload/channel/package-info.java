// SPDX-License-Identifier: Apache-2.0

/**
 * A channel: its retained media ({@link io.tcpoffload.channel.SegmentStore}), who feeds it
 * ({@link io.tcpoffload.channel.ChannelPublisher}) and each viewer's place in it
 * ({@link io.tcpoffload.channel.Cursor}). Publishers write on their own threads, one at a time; any number of transport
 * threads read without locks. Both transports serve viewers through these types, so that they behave the same.
 *
 * <p>A channel in a file outlives its engine: {@link io.tcpoffload.channel.StoreDescriptor} says what lies where and what a
 * kill at any moment leaves, {@link io.tcpoffload.channel.StoreState} reads it. What lies between two publishers is {@link
 * io.tcpoffload.channel.ChannelIntake}'s business.
 */
package io.tcpoffload.channel;
