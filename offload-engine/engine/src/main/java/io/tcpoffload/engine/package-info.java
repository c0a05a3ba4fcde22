// SPDX-License-Identifier: Apache-2.0

/**
 * The engine as a whole: its settings, its listeners and channels, and the two ways to run it - as an OSGi service
 * ({@link io.tcpoffload.engine.EngineComponent}) or from a plain {@code main} ({@link io.tcpoffload.engine.Main}).
 */
package io.tcpoffload.engine;
