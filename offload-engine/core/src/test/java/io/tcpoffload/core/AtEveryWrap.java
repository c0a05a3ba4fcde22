// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs a scenario from initial sequence numbers that wrap nowhere, at the sign bit and at zero, early and late. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "isn {0}")
@ValueSource(ints = {100_000, -1, -5_000, Integer.MAX_VALUE, Integer.MAX_VALUE - 5_000, 0})
@interface AtEveryWrap {
}
