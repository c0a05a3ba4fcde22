// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Offsets and constants in Java against what the C compiler says of record.h and counters.h. */
class LayoutTest {

    /** By version. */
    private static final Map<Integer, String> LAYOUTS = Map.of(1, "00869187f8202089");
    private static final int COUNTERS_OF_LAYOUT = 52;

    private static final Path HEADERS = Path.of("src/main/bpf").toAbsolutePath();

    @TempDir
    Path directory;

    private Map<String, Long> compiled(Map<String, String> expressions) throws Exception {
        StringBuilder source = new StringBuilder("#include <stddef.h>\n#include <stdio.h>\n"
                + "#include <linux/if_packet.h>\n#include <linux/virtio_net.h>\n#include \"record.h\"\n"
                + "#include \"counters.h\"\nint main(void) {\n");
        expressions.forEach((name, expression) -> source.append("printf(\"%s %lld\\n\", \"").append(name)
                .append("\", (long long)(").append(expression).append("));\n"));
        source.append("return 0; }\n");
        Path program = directory.resolve("offsets");
        Files.writeString(directory.resolve("offsets.c"), source);
        VethPair.run("clang", "-I" + HEADERS, "-o", program.toString(), directory.resolve("offsets.c").toString());
        Map<String, Long> values = new LinkedHashMap<>();
        VethPair.run(program.toString()).lines().map(line -> line.split(" "))
                .forEach(words -> values.put(words[0], Long.parseLong(words[1])));
        return values;
    }

    private static Map<String, Long> expected(Map<String, Number> values) {
        Map<String, Long> longs = new LinkedHashMap<>();
        values.forEach((name, value) -> longs.put(name, value.longValue()));
        return longs;
    }

    @Test
    void sessionRecord() throws Exception {
        Map<String, String> expressions = new LinkedHashMap<>();
        Map<String, Number> java = new LinkedHashMap<>();
        for (String field : new String[] {"HEADER", "L2_LEN", "L3_LEN", "TCP_LEN", "IP_VERSION", "IFINDEX", "MSS",
            "ADVERTISED_WINDOW", "TS_OFFSET", "IP_SUM", "PSEUDO_SUM", "VLAN_TCI", "VLAN_PROTO", "RECEIVE_WINDOW", "UNA",
            "RCV_NXT", "TS_RECENT", "TS_ECHO", "ARRIVAL_NS", "WL1", "WINDOW", "SACK_COUNT", "RECEIVE_FLAGS", "ACKS",
            "DUP_ACKS", "TEMPLATE_NS", "TS_RECENT_NS", "ECE_ACKS", "VERSION", "SACK", "LIMITED_NS", "PATH",
            "PATH_NS", "ICMP_NS", "STATE", "NXT", "MAX_WINDOW", "SND_WSCALE", "RCV_WSCALE", "ECN", "ENGINE"}) {
            expressions.put(field, "offsetof(struct session_record, " + field.toLowerCase() + ")");
            Field constant = SessionDescriptor.class.getDeclaredField(field);
            java.put(field, constant.getInt(null));
        }
        expressions.put("BYTES", "sizeof(struct session_record)");
        java.put("BYTES", SessionDescriptor.BYTES);
        expressions.put("HEADER_BYTES", "sizeof(((struct session_record *)0)->header)");
        java.put("HEADER_BYTES", SessionDescriptor.HEADER_BYTES);
        expressions.put("ENGINE_LONGS", "sizeof(((struct session_record *)0)->engine) / 8");
        java.put("ENGINE_LONGS", SessionDescriptor.ENGINE_LONGS);
        assertEquals(expected(java), compiled(expressions));
    }

    @Test
    void engineState() throws Exception {
        Map<String, String> expressions = new LinkedHashMap<>();
        Map<String, Number> java = new LinkedHashMap<>();
        for (String field : new String[] {"MAGIC", "LAYOUT", "PID", "PHASE", "STARTED", "GRACE_NS", "MAX_SESSIONS",
            "NETWORK", "HEARTBEAT_NS", "CURSOR", "RESET"}) {
            expressions.put(field, "offsetof(struct engine_state, " + field.toLowerCase() + ")");
            java.put(field, EngineDescriptor.class.getDeclaredField(field).getInt(null));
        }
        add(expressions, java, "sizeof(struct engine_state)", EngineDescriptor.BYTES);
        add(expressions, java, "sizeof(struct resumption)", Resumption.BYTES);
        add(expressions, java, "ENGINE_MAGIC", EngineDescriptor.ENGINE_MAGIC);
        add(expressions, java, "STATE_LAYOUT", EngineDescriptor.STATE_LAYOUT);
        add(expressions, java, "ENGINE_RUNNING", EngineDescriptor.RUNNING);
        add(expressions, java, "ENGINE_SUSPENDED", EngineDescriptor.SUSPENDED);
        add(expressions, java, "ENGINE_REAPED", EngineDescriptor.REAPED);
        assertEquals(expected(java), compiled(expressions));
    }

    /**
     * Everything that outlives an engine: an engine of the same STATE_LAYOUT must read it as it was meant. Counters may be
     * appended, because a counter that nobody has counted yet is 0.
     */
    @Test
    void whatOutlivesAnEngineChangesOnlyWithItsVersion() throws Exception {
        Map<String, String> values = new LinkedHashMap<>();
        for (String type : new String[] {"session_record", "resumption", "engine_state", "flow_key"}) {
            values.put("sizeof_" + type, "sizeof(struct " + type + ")");
            for (String field : fields(type)) {
                values.put(type + "." + field, "offsetof(struct " + type + ", " + field + ")");
                values.put(type + "." + field + "_bytes", "sizeof(((struct " + type + " *)0)->" + field + ")");
            }
        }
        for (String constant : constants("(STATE|RECEIVED|ENGINE)_[A-Z]+")) {
            values.put(constant, constant);
        }
        for (KernelCounter counter : KernelCounter.values()) {
            if (counter.ordinal() < COUNTERS_OF_LAYOUT) {
                values.put(counter.name(), "C_" + counter.name());
            }
        }
        values.remove("STATE_LAYOUT");
        String layout = compiled(values).toString();
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(layout.getBytes(StandardCharsets.UTF_8));
        assertEquals(LAYOUTS.get(EngineDescriptor.STATE_LAYOUT), HexFormat.of().formatHex(hash, 0, 8),
                "raise STATE_LAYOUT in record.h and EngineDescriptor, and enter the new hash here");
    }

    private static List<String> fields(String type) throws Exception {
        String body = Files.readString(HEADERS.resolve("record.h")).replaceAll("(?s)/\\*.*?\\*/", "");
        body = body.substring(body.indexOf("struct " + type + " {"));
        return names(body.substring(0, body.indexOf("};")), "\\w+ (\\w+)(\\[[^]]*])?;");
    }

    private static List<String> constants(String names) throws Exception {
        String header = Files.readString(HEADERS.resolve("record.h")).replaceAll("(?s)/\\*.*?\\*/", "");
        return names(header, "\\b(" + names + ")\\b *(?:=|0x|\\d)");
    }

    private static List<String> names(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1)).toList();
    }

    @Test
    void jobEventFlowAndPost() throws Exception {
        Map<String, String> c = new LinkedHashMap<>();
        Map<String, Number> java = new LinkedHashMap<>();
        add(c, java, "sizeof(struct job)", JobList.BYTES);
        add(c, java, "offsetof(struct job, session)", JobList.SESSION_OFFSET);
        add(c, java, "offsetof(struct job, seq)", JobList.SEQ_OFFSET);
        add(c, java, "offsetof(struct job, flags)", JobList.FLAGS_OFFSET);
        add(c, java, "offsetof(struct job, result)", JobList.RESULT_OFFSET);
        add(c, java, "sizeof(struct event)", KernelEvent.BYTES);
        add(c, java, "offsetof(struct event, session)", KernelEvent.SESSION_OFFSET);
        add(c, java, "offsetof(struct event, reasons)", KernelEvent.REASONS_OFFSET);
        add(c, java, "offsetof(struct event, tcp_flags)", KernelEvent.TCP_FLAGS_OFFSET);
        add(c, java, "offsetof(struct event, seq)", KernelEvent.SEQ_OFFSET);
        add(c, java, "offsetof(struct event, ack)", KernelEvent.ACK_OFFSET);
        add(c, java, "offsetof(struct event, window)", KernelEvent.WINDOW_OFFSET);
        add(c, java, "offsetof(struct event, sack_count)", KernelEvent.SACK_COUNT_OFFSET);
        add(c, java, "offsetof(struct event, payload)", KernelEvent.PAYLOAD_OFFSET);
        add(c, java, "offsetof(struct event, arrival_ns)", KernelEvent.ARRIVAL_OFFSET);
        add(c, java, "offsetof(struct event, sack)", KernelEvent.SACK_OFFSET);
        add(c, java, "sizeof(struct flow_key)", FlowTable.KEY_BYTES);
        add(c, java, "offsetof(struct flow_key, viewer)", FlowTable.VIEWER_OFFSET);
        add(c, java, "offsetof(struct flow_key, local)", FlowTable.LOCAL_OFFSET);
        add(c, java, "offsetof(struct flow_key, viewer_port)", FlowTable.VIEWER_PORT_OFFSET);
        add(c, java, "offsetof(struct flow_key, local_port)", FlowTable.LOCAL_PORT_OFFSET);
        add(c, java, "offsetof(struct post, first)", RingDescriptor.POST_FIRST);
        add(c, java, "offsetof(struct post, count)", RingDescriptor.POST_COUNT);
        add(c, java, "offsetof(struct post, header_len)", RingDescriptor.POST_HEADER_LEN);
        add(c, java, "offsetof(struct post, l2_len)", RingDescriptor.POST_L2_LEN);
        add(c, java, "offsetof(struct post, magic)", RingDescriptor.POST_MAGIC);
        add(c, java, "offsetof(struct post, ip_version)", RingDescriptor.POST_IP_VERSION);
        add(c, java, "sizeof(struct virtio_net_hdr)", RingDescriptor.VNET_BYTES);
        add(c, java, "offsetof(struct virtio_net_hdr, csum_start)", RingDescriptor.VNET_CSUM_START);
        add(c, java, "offsetof(struct tpacket2_hdr, tp_len)", RingDescriptor.TP_LEN);
        add(c, java, "offsetof(struct tpacket2_hdr, tp_mac)", RingDescriptor.TP_MAC);
        assertEquals(expected(java), compiled(c));
    }

    @Test
    void constants() throws Exception {
        Map<String, String> c = new LinkedHashMap<>();
        Map<String, Number> java = new LinkedHashMap<>();
        add(c, java, "STATE_FREE", SessionState.FREE);
        add(c, java, "STATE_LEARN", SessionState.LEARN);
        add(c, java, "STATE_TAKING", SessionState.TAKING);
        add(c, java, "STATE_OWNED", SessionState.OWNED);
        add(c, java, "STATE_LINGER", SessionState.LINGER);
        add(c, java, "NETWORK_OFFSET", SessionDescriptor.NETWORK_OFFSET);
        add(c, java, "MAX_SACK_BLOCKS", SessionDescriptor.MAX_SACK_BLOCKS);
        add(c, java, "RECEIVED_FIN", SessionDescriptor.RECEIVED_FIN);
        add(c, java, "RECEIVED_TS", SessionDescriptor.RECEIVED_TS);
        add(c, java, "RECEIVED_CE", SessionDescriptor.RECEIVED_CE);
        add(c, java, "RECEIVED_RST", SessionDescriptor.RECEIVED_RST);
        add(c, java, "JOB_ECT", JobList.ECT);
        add(c, java, "POST_MAGIC", RingDescriptor.MAGIC);
        add(c, java, "JOB_PENDING", JobList.PENDING);
        add(c, java, "JOB_SENT", JobList.SENT);
        add(c, java, "JOB_NO_SESSION", JobList.NO_SESSION);
        add(c, java, "JOB_NOT_OWNED", JobList.NOT_OWNED);
        add(c, java, "JOB_OTHER_SHAPE", JobList.OTHER_SHAPE);
        add(c, java, "JOB_TOO_LARGE", JobList.TOO_LARGE);
        add(c, java, "JOB_HEADER_FAILED", JobList.HEADER_FAILED);
        add(c, java, "EVENT_SACK", KernelEvent.SACK);
        add(c, java, "EVENT_DUP_ACK", KernelEvent.DUP_ACK);
        add(c, java, "EVENT_DATA", KernelEvent.DATA);
        add(c, java, "EVENT_FIN", KernelEvent.FIN);
        add(c, java, "EVENT_RST", KernelEvent.RST);
        add(c, java, "EVENT_SYN", KernelEvent.SYN);
        add(c, java, "EVENT_ZERO_WINDOW", KernelEvent.ZERO_WINDOW);
        add(c, java, "EVENT_WINDOW_OPEN", KernelEvent.WINDOW_OPEN);
        add(c, java, "EVENT_CHALLENGE", KernelEvent.CHALLENGE);
        add(c, java, "EVENT_STALE", KernelEvent.STALE);
        add(c, java, "EVENT_PMTU", KernelEvent.PMTU);
        add(c, java, "EVENT_UNREACHABLE", KernelEvent.UNREACHABLE);
        add(c, java, "EVENT_PATH", KernelEvent.PATH);
        assertEquals(expected(java), compiled(c));
    }

    @Test
    void countersHaveTheSameOrder() throws Exception {
        Map<String, String> c = new LinkedHashMap<>();
        Map<String, Number> java = new LinkedHashMap<>();
        for (KernelCounter counter : KernelCounter.values()) {
            add(c, java, "C_" + counter.name(), counter.ordinal());
        }
        add(c, java, "COUNTER_END", KernelCounter.values().length);
        add(c, java, "COUNTER_SHARDS", KernelCounters.SHARDS);
        add(c, java, "COUNTER_ROW", KernelCounters.ROW);
        assertEquals(expected(java), compiled(c));
    }

    private static void add(Map<String, String> c, Map<String, Number> java, String expression, int value) {
        String key = expression.replace(' ', '_');
        c.put(key, expression);
        java.put(key, value);
    }
}
