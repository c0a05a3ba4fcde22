// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/**
 * Where a new viewer starts, in the words of GStreamer's {@code multihandlesink}. A start is always the first byte of a
 * body or, where the method has to start within one, of a 188-byte packet.
 */
public enum SyncMethod {

    /** At the newest body, keyframe or not. A viewer of a silent channel gets that body at once. */
    LATEST,

    /** At the next keyframe that is published; nothing is sent before. */
    NEXT_KEYFRAME,

    /** At the newest keyframe; if there is none in the store, at the next one. */
    LATEST_KEYFRAME,

    /** {@link ChannelSpec#burstSize()} before the newest byte, keyframe or not; at the oldest if there is less. */
    BURST,

    /**
     * At the last keyframe that is at least {@link ChannelSpec#burstSize()} before the newest byte; at the oldest keyframe
     * if none is that old, and at the next one if there is none.
     */
    BURST_KEYFRAME;

    /** As users write it, such as {@code latestKeyframe}. */
    @Override
    public String toString() {
        return OptionWords.of(this);
    }

    /** @throws OffloadException naming the allowed values */
    public static SyncMethod parse(String text) {
        return OptionWords.parse("syncMethod", SyncMethod.class, text);
    }
}
