// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.bench;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.Publisher;
import io.tcpoffload.api.SessionInfo;
import io.tcpoffload.api.TransportMode;
import io.tcpoffload.engine.Engine;
import io.tcpoffload.engine.EngineConfig;
import io.tcpoffload.itests.Stream;
import java.util.Map;
import java.util.Scanner;
import java.util.TreeMap;

/**
 * The engine as a sender that always has enough to send: what is published lies in the store ahead of the viewers.
 * Prints "ready"; each command on its input is answered with "end":
 * <ul>
 * <li>{@code publish BYTES}: so many more, a multiple of 4, as segments of at most 2 MB;
 * <li>{@code sessions}: a line for each, {@code remote=10.0.0.2:40000 owned=true retransmitted=0 cwnd_bytes=14480
 *     rtt_us=20100};
 * <li>{@code counters}: {@code name=value} lines.
 * </ul>
 */
final class EngineBulk {

    static final String CHANNEL = "bulk";
    private static final int SEGMENT_BYTES = 2 << 20;

    private long position;

    private EngineBulk() {
    }

    /** Arguments: those of {@link EngineConfig} and {@code store=BYTES}, as {@code key=value}. */
    public static void main(String[] args) {
        Map<String, String> settings = new TreeMap<>();
        for (String arg : args) {
            settings.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
        }
        EngineConfig config = EngineConfig.defaults().with(settings, problem -> {
            throw new IllegalArgumentException(problem);
        });
        ChannelSpec channel = ChannelSpec.channel(CHANNEL).withStoreBytes(Long.parseLong(settings.get("store")))
                .withTransport(TransportMode.OFFLOAD);
        try (Engine engine = Engine.start(config); Publisher publisher = engine.openChannel(channel);
                Scanner commands = new Scanner(System.in)) {
            EngineBulk bulk = new EngineBulk();
            System.out.println("ready");
            while (commands.hasNextLine()) {
                String[] words = commands.nextLine().split(" ");
                switch (words[0]) {
                    case "publish" -> bulk.publish(publisher, Long.parseLong(words[1]));
                    case "sessions" -> engine.sessions().forEach(EngineBulk::print);
                    case "counters" -> engine.info().counters().forEach((name, value) ->
                            System.out.println(name + "=" + value));
                    default -> throw new IllegalArgumentException(words[0]);
                }
                System.out.println("end");
            }
        }
    }

    private void publish(Publisher publisher, long bytes) {
        for (long end = position + bytes; position < end;) {
            int length = (int) Math.min(SEGMENT_BYTES, end - position);
            publisher.publish(Stream.bytes(position, length), true);
            position += length;
        }
    }

    private static void print(SessionInfo s) {
        System.out.println("remote=" + s.remote() + " owned=" + (s.transport() == TransportMode.OFFLOAD)
                + " retransmitted=" + s.retransmissions() + " cwnd_bytes=" + s.cwndBytes() + " rtt_us=" + s.srttMicros());
    }
}
