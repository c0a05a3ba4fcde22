// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

/** Everything counted for one registered handler. */
enum HandlerCounter {

    /** Requests that matched its path. */
    REQUESTS,
    /** Viewers admitted. */
    ADMITTED,
    /** Requests refused by its decision. */
    REJECTED,
    /** Requests sent elsewhere. */
    REDIRECTED,
    /** Requests answered with a body of its own. */
    ANSWERED,
    /** Requests refused by its access rule, without asking it. */
    REFUSED,
    /** Requests for which it took too long. */
    TIMEOUTS,
    /** Requests for which it failed. */
    FAILURES,
    /** Requests refused because too many waited for decisions. */
    OVERLOADED
}
