// SPDX-License-Identifier: Apache-2.0

/**
 * The endpoint DSL of {@code tcpoffload:}, generated from the catalog: a route builder that implements
 * {@code TcpOffloadEndpointBuilderFactory.TcpOffloadBuilders} writes {@code tcpoffload("news").waitFor("sent")}. Needs
 * {@code camel-endpointdsl} in the class path; nothing else here does.
 */
@Export
@Version("1.0.0")
package io.tcpoffload.camel.dsl;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
