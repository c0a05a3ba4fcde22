// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import org.apache.camel.spi.Metadata;

/** Names of the component and its message headers. */
public final class TcpOffloadConstants {

    /** The scheme of the component's URIs. */
    public static final String SCHEME = "tcpoffload";

    @Metadata(label = "producer", javaType = "Boolean", defaultValue = "true",
              description = "Whether the body starts a segment, that is, whether a viewer may start at its first byte. "
                            + "If false, the body continues the newest segment.")
    public static final String KEYFRAME = "CamelTcpOffloadKeyframe";

    @Metadata(label = "producer", javaType = "int",
              description = "Result: how many viewers the channel had when the store accepted the body.")
    public static final String SUBSCRIBERS = "CamelTcpOffloadSubscribers";

    @Metadata(label = "producer", javaType = "long",
              description = "Result: how many bytes of the body the channel's store accepted.")
    public static final String ACCEPTED_BYTES = "CamelTcpOffloadAcceptedBytes";

    private TcpOffloadConstants() {
    }
}
