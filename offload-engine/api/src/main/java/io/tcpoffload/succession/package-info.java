// SPDX-License-Identifier: Apache-2.0

/**
 * What the API's bundle does in a container: it sees to it that of two versions of one of our bundles the higher one runs.
 * It lives here because this bundle is always there, and is not updated with the others. On the framework's event threads.
 */
package io.tcpoffload.succession;
