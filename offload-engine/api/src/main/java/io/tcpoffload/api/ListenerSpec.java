// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.util.Objects;
import javax.net.ssl.SSLContext;

/**
 * A listener that is more than an address. Immutable. What all channels and handlers of one address share; those that say
 * nothing about it take what is there.
 *
 * @param address       {@code host:port}, null for the engine's default listener
 * @param sslContext    for TLS, null for none. Viewers of a listener with TLS are served by the ordinary transport
 * @param clientAuth    whether a viewer must show a certificate that the context trusts
 * @param backlog       handshakes that the kernel keeps for us, 1 to 65535; net.core.somaxconn bounds it
 * @param sendBuffer    SO_SNDBUF of viewers' sockets in bytes, 0 to leave it to the kernel
 * @param receiveBuffer SO_RCVBUF likewise
 * @param owner         who wants it, for messages
 */
public record ListenerSpec(String address, SSLContext sslContext, boolean clientAuth, int backlog, int sendBuffer,
        int receiveBuffer, String owner) {

    /** Viewers that come at once, as after a power cut. */
    public static final int DEFAULT_BACKLOG = 1024;
    /** Largest buffer: a viewer at 100 Mbit/s and 600 ms fills half of it. */
    public static final int MAX_BUFFER = 16 << 20;

    public ListenerSpec {
        ChannelSpec.requireListener(address);
        Objects.requireNonNull(owner);
        if (backlog < 1 || backlog > 65535) {
            throw new OffloadException("backlog " + backlog + " is out of range: 1 to 65535");
        }
        requireBuffer("sendBufferSize", sendBuffer);
        requireBuffer("receiveBufferSize", receiveBuffer);
    }

    private static void requireBuffer(String option, int bytes) {
        if (bytes < 0 || bytes > MAX_BUFFER) {
            throw new OffloadException(option + " " + bytes + " is out of range: 0 to " + MAX_BUFFER
                    + " bytes, 0 meaning what the kernel thinks right");
        }
    }

    /** Plain HTTP with default settings. */
    public static ListenerSpec at(String address) {
        return new ListenerSpec(address, null, false, DEFAULT_BACKLOG, 0, 0, String.valueOf(address));
    }

    /** The same settings at another address. */
    public ListenerSpec withAddress(String hostAndPort) {
        return new ListenerSpec(hostAndPort, sslContext, clientAuth, backlog, sendBuffer, receiveBuffer, owner);
    }

    public ListenerSpec withSslContext(SSLContext context, boolean needClientAuth) {
        return new ListenerSpec(address, context, needClientAuth, backlog, sendBuffer, receiveBuffer, owner);
    }

    public ListenerSpec withBacklog(int handshakes) {
        return new ListenerSpec(address, sslContext, clientAuth, handshakes, sendBuffer, receiveBuffer, owner);
    }

    public ListenerSpec withBuffers(int sendBytes, int receiveBytes) {
        return new ListenerSpec(address, sslContext, clientAuth, backlog, sendBytes, receiveBytes, owner);
    }

    public ListenerSpec withOwner(String name) {
        return new ListenerSpec(address, sslContext, clientAuth, backlog, sendBuffer, receiveBuffer, name);
    }
}
