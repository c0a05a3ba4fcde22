// SPDX-License-Identifier: Apache-2.0

/**
 * The engine's door for publishers and operators: open a channel, publish media into it, decide about viewers' requests,
 * hear of viewers, look at what is served. The Camel component, the shell commands and the headend know the engine by
 * this package alone; it has no dependency of its own, so that updating any of them never refreshes the engine.
 */
@Export
@Version("1.1.0")
package io.tcpoffload.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
