// SPDX-License-Identifier: Apache-2.0

/**
 * The Camel component {@code tcpoffload:}. Routes publish media to the viewers of a channel; the engine is known by
 * {@link io.tcpoffload.api.OffloadEngine} alone. Route threads call the producer; the engine may come and go while
 * routes run, which {@link io.tcpoffload.camel.EngineSource} and {@link io.tcpoffload.camel.EngineLink} take care of.
 */
@Export
@Version("1.1.0")
package io.tcpoffload.camel;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
