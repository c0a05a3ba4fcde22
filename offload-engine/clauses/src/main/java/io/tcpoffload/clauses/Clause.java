// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test, or a class of tests, shows what we do about a clause of an RFC. {@code docs/tcp-clauses.md} is made of these.
 * Tests whose {@link #rfc}, {@link #section}, {@link #does} and {@link #way} are the same share a line there.
 */
@Documented
@Repeatable(Clause.Several.class)
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Clause {

    /** {@code "RFC 8985"}. */
    String rfc();

    /** {@code "7.2"}; {@code "A.1"}; empty for the whole of it. */
    String section() default "";

    /** One line: what we do. */
    String does();

    /** Whose word that is. */
    Way way() default Way.RFC;

    /** Container of the repeated annotation. */
    @Documented
    @Retention(RetentionPolicy.SOURCE)
    @Target({ElementType.METHOD, ElementType.TYPE})
    @interface Several {
        /** All of them. */
        Clause[] value();
    }
}
