// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import io.tcpoffload.api.OffloadException;
import io.tcpoffload.camel.mpegts.BitratePace;
import io.tcpoffload.camel.mpegts.Pace;
import io.tcpoffload.camel.mpegts.PcrPace;
import io.tcpoffload.camel.mpegts.TransportStream;
import io.tcpoffload.camel.mpegts.Validate;
import java.time.Duration;

/**
 * What a producer does with bodies on their way into a channel.
 *
 * @param waitFor       when an exchange is done
 * @param sendTimeout   how long viewers are waited for
 * @param backpressure  what happens where there is no room
 * @param pacing        how fast bodies go in
 * @param bitsPerSecond for {@link Pacing#BITRATE}
 * @param packets       whether bodies are cut into whole packets
 * @param validate      what is done about faults
 * @param restamp       whether sources are joined
 */
record FeedSettings(WaitFor waitFor, Duration sendTimeout, Backpressure backpressure, Pacing pacing, long bitsPerSecond,
        boolean packets, Validate validate, boolean restamp) {

    /** As long as anything in the engine may take. */
    private static final long MAX_TIMEOUT_MILLIS = Duration.ofHours(24).toMillis();

    /** @throws OffloadException naming the option, the value and what would be right */
    static FeedSettings of(TcpOffloadConfiguration options) {
        long timeout = options.getSendTimeout();
        if (timeout < 1 || timeout > MAX_TIMEOUT_MILLIS) {
            throw new OffloadException("sendTimeout " + timeout + " ms is out of range: 1 to " + MAX_TIMEOUT_MILLIS + " ms");
        }
        Pacing pacing = OptionWord.parse("pacing", Pacing.class, options.getPacing());
        Validate validate = OptionWord.parse("validate", Validate.class, options.getValidate());
        boolean aligned = OptionWord.parse("alignment", Alignment.class, options.getAlignment()) == Alignment.PACKET;
        return new FeedSettings(
                OptionWord.parse("waitFor", WaitFor.class, options.getWaitFor()),
                Duration.ofMillis(timeout),
                OptionWord.parse("backpressure", Backpressure.class, options.getBackpressure()),
                pacing, bitrate(pacing, options.getBitrate()),
                aligned || validate != Validate.NONE || options.isRestamp() || pacing == Pacing.PCR,
                validate, options.isRestamp());
    }

    private static long bitrate(Pacing pacing, String bitrate) {
        if (pacing == Pacing.BITRATE && bitrate == null) {
            throw new OffloadException("pacing=bitrate needs the option bitrate, in bits a second, such as bitrate=8M");
        } else if (pacing != Pacing.BITRATE && bitrate != null) {
            throw new OffloadException("bitrate=" + bitrate + " is of no use with pacing=" + OptionWord.of(pacing)
                    + ": set pacing=bitrate, too");
        }
        return bitrate == null ? 0 : BitRate.parse("bitrate", bitrate);
    }

    /** Null where bodies are left as they come. */
    TransportStream newStream() {
        return packets ? new TransportStream(validate, restamp) : null;
    }

    /** Null where bodies go in at once. */
    Pace newPace() {
        return switch (pacing) {
            case NONE -> null;
            case PCR -> new PcrPace();
            case BITRATE -> new BitratePace(bitsPerSecond);
        };
    }

    /** Whether an exchange may have to wait before its body is published. */
    boolean takesTurns() {
        return pacing != Pacing.NONE || backpressure == Backpressure.BLOCK;
    }
}
