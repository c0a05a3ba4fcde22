// SPDX-License-Identifier: Apache-2.0

/** The engine's side of {@code bench/run}; see {@code bench/README.md}. */
package io.tcpoffload.bench;
