// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/**
 * A network device under the engine.
 *
 * @param name     interface name
 * @param ifindex  interface index
 * @param mtu      bytes
 * @param sessions sessions whose packets travel on it
 * @param frames   frames the header builder sent on it since the engine attached
 */
public record DeviceInfo(String name, int ifindex, int mtu, int sessions, long frames) {
}
