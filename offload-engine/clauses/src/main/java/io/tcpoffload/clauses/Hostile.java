// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test, or a class of tests, shows what happens to a hostile or odd input. {@code docs/hostile-input.md} is made of
 * these.
 */
@Documented
@Repeatable(Hostile.Several.class)
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Hostile {

    /**
     * A row of {@link HostileInput}: its text, or as much of its beginning as no other row has, such as
     * {@code "blind segment"}.
     */
    String value();

    /** Where it is shown. */
    Layer layer();

    /** Name of the counter that the input moves, as {@code offload:info} shows it; several with commas. */
    String counter() default "";

    /** Container of the repeated annotation. */
    @Documented
    @Retention(RetentionPolicy.SOURCE)
    @Target({ElementType.METHOD, ElementType.TYPE})
    @interface Several {
        /** All of them. */
        Hostile[] value();
    }
}
