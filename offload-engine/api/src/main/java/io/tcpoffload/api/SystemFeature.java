// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/**
 * One thing that offload needs of the system.
 *
 * @param name    such as {@code libbpf}
 * @param present whether it is there
 * @param detail  version found, or what was missed
 * @param remedy  what to do when it is missing, empty otherwise
 */
public record SystemFeature(String name, boolean present, String detail, String remedy) {
}
