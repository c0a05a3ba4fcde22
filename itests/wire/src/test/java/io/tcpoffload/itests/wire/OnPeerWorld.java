// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Cases with a {@link PeerWorld} as the constructor's argument. They spend their time waiting, so many run at once; the
 * tag keeps them apart from tests that need the machine for themselves.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PeerWorld.Shared.class)
@Execution(ExecutionMode.CONCURRENT)
@Tag("peer")
@interface OnPeerWorld {
}
