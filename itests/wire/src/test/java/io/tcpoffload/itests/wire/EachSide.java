// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A case that the kernel's sender and the engine's have to pass, the kernel's first. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@EnumSource(value = Side.class, names = {"KERNEL", "ADOPTED"})
@interface EachSide {
}
