// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.MediaAmount;
import io.tcpoffload.api.RecoverPolicy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LagLimitsTest {

    private static final int STORE = 4 << 20;

    private final LagLimits limits = new LagLimits();
    private long head;

    private static MediaAmount seconds(int count) {
        return MediaAmount.ofTime(Duration.ofSeconds(count));
    }

    private void begin(ChannelSpec spec) {
        limits.begin(spec, 0, 0);
    }

    private static ChannelSpec spec() {
        return ChannelSpec.channel("test").withStoreBytes(STORE);
    }

    /** A body of 1000 bytes. */
    private void append(long atMs) {
        head += 1000;
        limits.appended(head, TimeUnit.MILLISECONDS.toNanos(atMs));
    }

    @Test
    void countsBytesFromTheNewest() {
        begin(spec().withClientBufferSoftMax(MediaAmount.ofBytes(2500)).withClientBufferMax(5000));
        for (int i = 0; i < 10; i++) {
            append(i);
        }
        assertEquals(7500, limits.recoverBelow());
        assertEquals(5000, limits.hardBelow());
        assertEquals(9000, limits.newestBody());
        assertEquals(8500, limits.recoverBelow(1000), "after a body of 1000 bytes more");
    }

    @Test
    void hasNoHardLimitBesideTheOneThatRecovers() {
        begin(spec().withClientBufferMax(5000));
        append(0);
        for (int i = 0; i < 10; i++) {
            append(i);
        }
        assertEquals(6000, limits.recoverBelow());
        assertEquals(0, limits.hardBelow());
        limits.set(spec().withClientBufferMax(5000).withRecoverPolicy(RecoverPolicy.NONE));
        assertEquals(6000, limits.hardBelow(), "but where nobody recovers");
    }

    @Test
    void countsTimeFromTheNewestBody() {
        begin(spec().withClientBufferSoftMax(seconds(3)).withClientBufferMax(seconds(6)));
        for (int second = 0; second < 20; second++) {
            append(1000L * second);
        }
        assertEquals(17_000, limits.recoverBelow(), "the body of second 16 is 3 s old, that of second 17 is not");
        assertEquals(14_000, limits.hardBelow());
        append(19_000);
        assertEquals(17_000, limits.recoverBelow(), "time does not run while nothing comes");
    }

    @Test
    void startsABurstWithAtLeastItsTime() {
        begin(spec().withBurstSize(seconds(5)));
        append(0);
        assertEquals(0, limits.burstStart());
        for (int second = 1; second < 20; second++) {
            append(1000L * second);
        }
        assertEquals(14_000, limits.burstStart());
        limits.set(spec().withBurstSize(MediaAmount.ofBytes(2500)));
        assertEquals(17_500, limits.burstStart());
    }

    @Test
    void neverAllowsMoreThanThreeQuartersOfTheStore() {
        begin(spec().withClientBufferMax(seconds(3600)));
        head = 10L * STORE;
        append(1);
        assertEquals(head - STORE / 4 * 3, limits.recoverBelow());
    }

    @Test
    void staysExactWithManyBodies() {
        begin(spec().withStoreBytes(1 << 30).withClientBufferMax(seconds(10)));
        for (int i = 0; i < 200_000; i++) {
            append(i);
        }
        assertEquals(head - 10_000_000, limits.recoverBelow(), 10_000, "to 10 ms of 10 s");
    }
}
