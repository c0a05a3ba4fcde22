// SPDX-License-Identifier: Apache-2.0

/**
 * What tests against a real kernel need: network namespaces, viewers with real sockets that check every byte, bad
 * links, captures, and the counters of the receiving kernel. Linux, root, gcc, clang, libbpf-dev, iproute2, tcpdump
 * and tshark are required; what is missing fails a test. Objects belong to the thread that made them.
 */
package io.tcpoffload.itests;
