// SPDX-License-Identifier: Apache-2.0

/**
 * Karaf shell commands {@code camel:*}, by the names and with the columns that camel-karaf's own have, for a Karaf in which
 * Camel is ours. They see the Camel contexts that are OSGi services.
 */
package io.tcpoffload.camel.shell;
