// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ChannelSpecTest {

    private static final ChannelSpec NEWS = ChannelSpec.channel("news");

    @Test
    void changesOneOptionAndKeepsTheOthers() {
        ChannelSpec changed = NEWS.withSyncMethod(SyncMethod.BURST).withBurstSize(MediaAmount.ofBytes(500));
        assertEquals(SyncMethod.BURST, changed.syncMethod());
        assertEquals(500, changed.burstSize().bytes());
        assertEquals(SyncMethod.LATEST_KEYFRAME, NEWS.syncMethod());
        assertEquals("news", changed.name());
    }

    @Test
    void tellsItsSettingsAsUsersWriteThem() {
        var settings = NEWS.withStaleAfter(Duration.ofSeconds(4)).withClientBufferSoftMax(MediaAmount.parse("x", "10s"))
                .withRecoverPolicy(RecoverPolicy.SOFT_LIMIT).settings();
        assertEquals("latestKeyframe", settings.get("syncMethod"));
        assertEquals("4000ms", settings.get("staleAfter"));
        assertEquals("10s", settings.get("clientBufferSoftMax"));
        assertEquals("softLimit", settings.get("recoverPolicy"));
    }

    @Test
    void readsWhatItTells() {
        ChannelSpec spec = NEWS.withSyncMethod(SyncMethod.NEXT_KEYFRAME).withBurstSize(MediaAmount.ofBytes(7))
                .withStoreSize(MediaAmount.parse("storeSize", "9s")).withKeepalive(Duration.ofMillis(500))
                .withClientBufferMax(MediaAmount.ofTime(Duration.ofSeconds(3))).withContentType("video/x")
                .withDetachGrace(Duration.ZERO).withTransport(TransportMode.NIO)
                .withAccess(AccessRule.NONE.withMaxSubscribers(5).withAllowedIps("10.0.0.0/8,::1").withTokens("a,b")
                        .withTokenSecret("0123456789abcdef").withTokenParameter("t"));
        ChannelSpec read = NEWS;
        for (var setting : spec.settings().entrySet()) {
            read = read.with(setting.getKey(), setting.getValue());
        }
        assertEquals(spec.settings(), read.settings());
        refused("there is no option 'colour'", () -> NEWS.with("colour", "red"));
        refused("keepalive '12' is not valid: a time such as 500ms, 10s or 5min", () -> NEWS.with("keepalive", "12"));
        refused("maxSubscribers 'many' is not valid: a whole number from 0 to 999999999",
                () -> NEWS.with("maxSubscribers", "many"));
    }

    @Test
    void hidesSecretsFromPeopleButSeesThatTheyDiffer() {
        ChannelSpec one = NEWS.withAccess(AccessRule.NONE.withTokens("apple"));
        ChannelSpec other = NEWS.withAccess(AccessRule.NONE.withTokens("pear"));
        assertEquals("apple", one.settings().get("tokens"));
        assertFalse(one.options().toString().contains("apple"));
        assertFalse(one.access().toString().contains("apple"));
        assertNotEquals(one.options(), other.options());
        assertEquals(NEWS.options(), ChannelSpec.channel("news").options());
    }

    @Test
    void makesRoomForTheTimeThatAStoreIsToRetain() {
        ChannelSpec timed = NEWS.withStoreSize(MediaAmount.parse("storeSize", "20s"));
        assertEquals(100_000_000, timed.storeBytes());
        assertEquals(75_000_000, timed.clientBufferMax());
        refused("storeSize 300s is out of range: at most 214s",
                () -> NEWS.withStoreSize(MediaAmount.ofTime(Duration.ofMinutes(5))));
        refused("storeSize 5 is out of range: 1048576 to 1073741824 bytes", () -> NEWS.withStoreBytes(5));
    }

    @Test
    void takesTheHardLimitForTheSoftOneThatIsNotSet() {
        ChannelSpec spec = NEWS.withClientBufferMax(MediaAmount.ofBytes(1000));
        assertEquals(1000, spec.recoverLimit().bytes());
        assertEquals(10, spec.withClientBufferSoftMax(MediaAmount.ofBytes(10)).recoverLimit().bytes());
        refused("clientBufferSoftMax 2000 is more than clientBufferMax 1000: the soft limit is the lower one",
                () -> spec.withClientBufferSoftMax(MediaAmount.ofBytes(2000)));
    }

    @Test
    void namesTheOptionTheValueAndTheRange() {
        refused("keepalive 5 ms is out of range: 100 to 86400000 ms, or 0 for never",
                () -> NEWS.withKeepalive(Duration.ofMillis(5)));
        refused("staleAfter -1 ms is out of range: 0 to 86400000 ms", () -> NEWS.withStaleAfter(Duration.ofMillis(-1)));
        refused("syncMethod 'first' is not valid: one of latest, nextKeyframe, latestKeyframe, burst, burstKeyframe",
                () -> SyncMethod.parse("first"));
        refused("recoverPolicy 'x' is not valid: one of none, latest, softLimit, keyframe, disconnect",
                () -> RecoverPolicy.parse("x"));
        assertEquals(SyncMethod.LATEST_KEYFRAME, SyncMethod.parse("latest-keyframe"));
    }

    @Test
    void readsAmountsOfMedia() {
        assertEquals(33_554_432, MediaAmount.parse("o", "32MB").bytes());
        assertEquals(512 << 10, MediaAmount.parse("o", "512k").bytes());
        assertEquals(Duration.ofMillis(1500), MediaAmount.parse("o", "1500 ms").time());
        assertEquals("1500ms", MediaAmount.parse("o", "1500ms").toString());
        assertEquals(Long.MAX_VALUE, MediaAmount.parse("o", "999999999999GB").bytes());
        refused("o '5m' is not valid: m may be minutes or megabytes; write min or MB", () -> MediaAmount.parse("o", "5m"));
        refused("o '0s' is not valid: bytes such as 33554432 or 32MB, or a time such as 500ms, 10s or 5min",
                () -> MediaAmount.parse("o", "0s"));
        assertTrue(MediaAmount.parse("o", "0").isDefault());
    }

    static void refused(String message, Executable call) {
        assertEquals(message, assertThrows(OffloadException.class, call).getMessage());
    }
}
