// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.camel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tcpoffload.api.MediaSegment;
import io.tcpoffload.camel.mpegts.Packets;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing makes no copy of media on the Java heap: what a publish allocates does not depend on the body's size. */
class AllocationTest extends CamelTestSupport {

    private static final int BYTES = 188 * 10_000;
    /** An exchange with its headers and an opened file are up to 10 KB; a copy would be a hundred times as much. */
    private static final long MOST = 16_000;
    private static final int ROUNDS = 50;

    @RegisterExtension
    private static final RealEngine REAL = new RealEngine();

    @TempDir
    private Path folder;

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext context = super.createCamelContext();
        context.getRegistry().bind("engine", REAL.engine());
        return context;
    }

    private static byte[] media() {
        var packets = new Packets();
        for (int i = 0; i < BYTES / 188; i++) {
            packets.payload(0x100, i);
        }
        return packets.bytes();
    }

    private long bytesAPublish(String options, Object body) throws Exception {
        AsyncProducer producer = context.getEndpoint("tcpoffload:alloc?detachGrace=0" + options).createAsyncProducer();
        context.addService(producer);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = 0;
        for (int i = 0; i < 2 * ROUNDS; i++) {
            if (i == ROUNDS) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            var exchange = new DefaultExchange(context);
            exchange.getMessage().setBody(body);
            producer.process(exchange);
            assertNull(exchange.getException());
            assertEquals((long) BYTES, exchange.getMessage().getHeader("CamelTcpOffloadAcceptedBytes"));
        }
        return (threads.getCurrentThreadAllocatedBytes() - before) / ROUNDS;
    }

    private void assertNoCopy(long bytes) {
        assertTrue(bytes < MOST, bytes + " bytes of heap for a body of " + BYTES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&alignment=packet", "&validate=count", "&validate=strict", "&restamp=true"})
    void ofABufferOutsideTheHeap(String options) throws Exception {
        assertNoCopy(bytesAPublish(options, ByteBuffer.allocateDirect(BYTES).put(media()).flip()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&alignment=packet", "&validate=count", "&restamp=true"})
    void ofAFile(String options) throws Exception {
        assertNoCopy(bytesAPublish(options, Files.write(folder.resolve("a.ts"), media()).toFile()));
    }

    @Test
    void ofAnArray() throws Exception {
        assertNoCopy(bytesAPublish("", media()));
    }

    @Test
    void ofACountedSegment() throws Exception {
        assertNoCopy(bytesAPublish("", new MediaSegment(ByteBuffer.wrap(media()), true, () -> { })));
    }
}
