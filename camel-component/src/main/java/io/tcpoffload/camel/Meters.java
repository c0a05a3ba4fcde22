// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import org.apache.camel.CamelContext;

/** Where what is counted can be read from outside, beside JMX. */
interface Meters {

    /** Nobody reads. */
    Meters NONE = new Meters() {
        @Override
        public void add(TcpOffloadEndpoint endpoint, ChannelFeed feed) {
            // Nothing to tell.
        }

        @Override
        public void remove(ChannelFeed feed) {
            // As above.
        }
    };

    /** Those of Micrometer where the context's registry has one of its registries, else none. */
    static Meters of(CamelContext context) {
        try {
            return MicrometerMeters.of(context);
        } catch (NoClassDefFoundError e) {
            // An application, or a Karaf, without Micrometer.
            return NONE;
        }
    }

    void add(TcpOffloadEndpoint endpoint, ChannelFeed feed);

    void remove(ChannelFeed feed);
}
