// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.util.List;
import java.util.Map;

/**
 * The engine's state, for people.
 *
 * @param version   the engine bundle's version
 * @param transport the transport that {@link TransportMode#AUTO} means here: OFFLOAD or NIO
 * @param reason    why it is that one, in one line
 * @param listeners bound addresses, {@code host:port}
 * @param devices   network devices the engine is attached to, empty without offload
 * @param features  what the engine looked for in the system
 * @param counters  everything counted since the start, by name
 */
public record EngineInfo(String version, TransportMode transport, String reason, List<String> listeners,
        List<DeviceInfo> devices, List<SystemFeature> features, Map<String, Long> counters) {
}
