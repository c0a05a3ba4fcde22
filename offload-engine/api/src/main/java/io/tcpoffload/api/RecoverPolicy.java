// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/**
 * What happens to a viewer that has fallen further behind than {@link ChannelSpec#recoverLimit()}, in the words of
 * GStreamer's {@code multihandlesink}. It always finishes the 188-byte packet it is in, and each recovery is counted as a
 * skip. With a soft limit, and with NONE, one that no recovery brings within {@link ChannelSpec#hardLimit()} is
 * disconnected, unless all that it lacks is of the newest body.
 */
public enum RecoverPolicy {

    /** Nothing: it may catch up until the hard limit. */
    NONE,

    /** It goes on at the start of the newest body, keyframe or not. */
    LATEST,

    /** It goes on so far behind the newest byte as the recover limit is, at a packet's start, keyframe or not. */
    SOFT_LIMIT,

    /** It goes on at the start of the newest segment. */
    KEYFRAME,

    /** It is disconnected; counted. */
    DISCONNECT;

    /** As users write it, such as {@code softLimit}. */
    @Override
    public String toString() {
        return OptionWords.of(this);
    }

    /** @throws OffloadException naming the allowed values */
    public static RecoverPolicy parse(String text) {
        return OptionWords.parse("recoverPolicy", RecoverPolicy.class, text);
    }
}
