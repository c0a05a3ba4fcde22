// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

/** What happens to a viewer that has fallen further behind than {@link ChannelSpec#clientBufferMax()}. */
public enum RecoverPolicy {

    /** It goes on at the start of the newest segment, after a whole 188-byte packet; counted as a skip. */
    KEYFRAME,

    /** It is disconnected; counted. */
    DISCONNECT
}
