// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import org.apache.camel.spi.Metadata;

/** Names of the component and its message headers. */
public final class TcpOffloadConstants {

    /** The scheme of the component's URIs. */
    public static final String SCHEME = "tcpoffload";

    @Metadata(javaType = "String",
              description = "The channel. Consumer: the one that a viewer wants or watches; set by a route that admits a "
                            + "viewer, the one it gets. Producer: the one to publish to, where the URI has {channel} in its "
                            + "place.")
    public static final String CHANNEL = "CamelTcpOffloadChannel";

    @Metadata(label = "producer", javaType = "Boolean", defaultValue = "true",
              description = "Whether the body starts a segment, that is, whether a viewer may start at its first byte. "
                            + "If false, the body continues the newest segment.")
    public static final String KEYFRAME = "CamelTcpOffloadKeyframe";

    @Metadata(label = "producer", javaType = "Boolean", defaultValue = "false",
              description = "Whether the body comes from another source than the one before: validate does not compare the "
                            + "two, restamp joins them.")
    public static final String DISCONTINUITY = "CamelTcpOffloadDiscontinuity";

    @Metadata(label = "producer", javaType = "java.util.Collection<Long>",
              description = "Ids of the viewers that are to get the body, all others not: a collection, a number, or "
                            + "numbers separated by commas. The body is published as it is, at once.")
    public static final String SESSION_IDS = "CamelTcpOffloadSessionIds";

    @Metadata(label = "producer", javaType = "int",
              description = "Result: how many viewers the channel had when the store accepted the body.")
    public static final String SUBSCRIBERS = "CamelTcpOffloadSubscribers";

    @Metadata(label = "producer", javaType = "long",
              description = "Result: how many bytes of the body the channel's store accepted, also when the exchange "
                            + "failed half-way.")
    public static final String ACCEPTED_BYTES = "CamelTcpOffloadAcceptedBytes";

    @Metadata(label = "producer", javaType = "int",
              description = "Result with waitFor=sent: how many viewers did not get all of the body, because they skipped "
                            + "it or left. Result with pacing: -1 when the body was dropped while it waited for its turn.")
    public static final String DROPPED = "CamelTcpOffloadDropped";

    @Metadata(label = "producer", javaType = "long",
              description = "Result where transport streams are looked into (alignment, validate, restamp): the body's first "
                            + "presentation time, as viewers see it, in ticks of 90 kHz.")
    public static final String PTS = "CamelTcpOffloadPts";

    @Metadata(label = "producer", javaType = "long",
              description = "Result where transport streams are looked into: milliseconds from the body's first PCR to its "
                            + "last.")
    public static final String SEGMENT_DURATION = "CamelTcpOffloadSegmentDuration";

    @Metadata(label = "consumer", javaType = "String",
              description = "What happened: request, subscribe, unsubscribe, slow, resync or error.")
    public static final String EVENT = "CamelTcpOffloadEvent";

    @Metadata(label = "consumer", javaType = "long",
              description = "The viewer's id, the same in all of its events.")
    public static final String SESSION_ID = "CamelTcpOffloadSessionId";

    @Metadata(label = "consumer", javaType = "String", description = "The viewer's address:port.")
    public static final String REMOTE_ADDRESS = "CamelTcpOffloadRemoteAddress";

    @Metadata(label = "consumer", javaType = "String", description = "The address:port that the viewer connected to.")
    public static final String LOCAL_ADDRESS = "CamelTcpOffloadLocalAddress";

    @Metadata(label = "consumer", javaType = "String",
              description = "The token that the viewer brought, if any.")
    public static final String TOKEN = "CamelTcpOffloadToken";

    @Metadata(label = "consumer", javaType = "String",
              description = "Set by the route: what the viewer gets. admit, reject, redirect or reply. Without it, in "
                            + "this order, a CamelTcpOffloadRedirect means redirect, a body means reply, a "
                            + "CamelTcpOffloadStatus of 400 or more means reject, and all else means admit.")
    public static final String DECISION = "CamelTcpOffloadDecision";

    @Metadata(label = "consumer", javaType = "int",
              description = "Set by the route: the status of a refusal (403 without it), of a redirection (302) or of a "
                            + "reply (200).")
    public static final String STATUS = "CamelTcpOffloadStatus";

    @Metadata(label = "consumer", javaType = "String",
              description = "Set by the route: the URI to which the viewer is redirected.")
    public static final String REDIRECT = "CamelTcpOffloadRedirect";

    @Metadata(label = "consumer", javaType = "String",
              description = "Why: told by events, and set by a route that refuses, where it is the line that people read.")
    public static final String REASON = "CamelTcpOffloadReason";

    @Metadata(label = "consumer", javaType = "long",
              description = "Set by a route that replies with a file: the offset in it where the reply begins.")
    public static final String REPLY_OFFSET = "CamelTcpOffloadReplyOffset";

    @Metadata(label = "consumer", javaType = "long",
              description = "Set by a route that replies with a file: how many bytes of it are the reply.")
    public static final String REPLY_LENGTH = "CamelTcpOffloadReplyLength";

    @Metadata(label = "consumer", javaType = "long",
              description = "Media bytes sent to the viewer so far, without retransmissions.")
    public static final String BYTES_SENT = "CamelTcpOffloadBytesSent";

    @Metadata(label = "consumer", javaType = "long",
              description = "Milliseconds since the viewer was admitted.")
    public static final String DURATION = "CamelTcpOffloadDuration";

    @Metadata(label = "consumer", javaType = "long",
              description = "How many bytes the viewer is behind the newest one.")
    public static final String LAG = "CamelTcpOffloadLag";

    @Metadata(label = "consumer", javaType = "String",
              description = "What serves the viewer: offload or nio.")
    public static final String TRANSPORT = "CamelTcpOffloadTransport";

    private TcpOffloadConstants() {
    }
}
