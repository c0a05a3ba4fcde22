// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tcpoffload.clauses.Hostile;
import io.tcpoffload.clauses.Layer;
import org.junit.jupiter.api.DisplayName;

/**
 * Any stream of acknowledgements, SACKs, windows, timers and posts: guided by coverage for a while, then, and with
 * {@code -Dfuzz=0} only, the kept inputs in {@code src/test/resources}. An input that fails is written there by the fuzzer.
 */
@DisplayName("Fuzzing of the sender")
class SenderFuzzTest {

    @FuzzTest(maxDuration = "15s")
    @DisplayName("No stream of input breaks the sender's promises, and an honest viewer gets its data after any")
    @Hostile(value = "ACK for unsent data", layer = Layer.CORE, counter = "sender_acks_for_unsent_data, sender_old_acks")
    @Hostile(value = "SACK outside", layer = Layer.CORE, counter = "sender_sack_blocks_ignored, sender_scoreboard_overflows")
    @Hostile(value = "zero window", layer = Layer.CORE, counter = "sender_window_shrinks")
    void answersAnyStream(byte[] input) {
        new SenderExercise(input).run();
    }
}
