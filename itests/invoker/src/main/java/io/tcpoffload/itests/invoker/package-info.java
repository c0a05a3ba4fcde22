// SPDX-License-Identifier: Apache-2.0

/** The half of the Pax Exam driver for JUnit 5 that lies in the container; Pax Exam itself brings none. */
package io.tcpoffload.itests.invoker;
