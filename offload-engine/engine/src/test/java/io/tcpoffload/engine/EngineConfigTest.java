// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.TransportMode;
import io.tcpoffload.core.CongestionAlgorithm;
import io.tcpoffload.offload.DeviceWatch;
import io.tcpoffload.offload.SenderSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineConfigTest {

    private final List<String> problems = new ArrayList<>();

    private EngineConfig with(Map<String, ?> properties) {
        return EngineConfig.defaults().with(properties, problems::add);
    }

    @Test
    void takesWhatAConfigurationFileHas() {
        EngineConfig config = with(Map.of("listener", "0.0.0.0:9090", "transport", "nio", "devices", "eth0, lo",
                "instance", "b", "maxSessions", 100, "storeDirectory", "/tmp/x", "service.pid", "passed over"));
        assertEquals(List.of(), problems);
        assertEquals("0.0.0.0:9090", config.listener());
        assertEquals(TransportMode.NIO, config.transport());
        assertEquals(List.of("eth0", "lo"), config.devices());
        assertEquals("b", config.instance());
        assertEquals(100, config.maxSessions());
        assertEquals("/tmp/x", config.storeDirectory().toString());
    }

    @Test
    void takesWhereTheControlSocketIs() {
        assertEquals(null, EngineConfig.defaults().control());
        assertEquals("/run/c", with(Map.of("control", "/run/../run/c")).control().toString());
        assertTrue(with(Map.of("control", "c")).control().isAbsolute());
        assertEquals(null, EngineConfig.defaults().withControl("/run/c").withControl("off").control());
        assertEquals(DeviceWatch.NONE, with(Map.of("devices", "none")).devices());
        assertEquals(List.of(), problems);
        with(Map.of("control", "/" + "x".repeat(107)));
        assertTrue(problems.get(0).endsWith("is not valid: off, or a path of at most 107 bytes"), problems.toString());
    }

    @Test
    void takesHowViewersAreSentTo() {
        SenderSettings sender = with(Map.of("pacing", "off", "maxBurst", "3000", "maxRate", "8000000", "congestion",
                "NewReno", "ecn", "off", "initialWindow", 4)).sender();
        assertEquals(List.of(), problems);
        assertEquals(new SenderSettings(false, 3000, 1_000_000, CongestionAlgorithm.NEW_RENO, false, 4), sender);
        assertEquals(Long.MAX_VALUE, with(Map.of("maxRate", "0")).sender().maxRateBytesPerSecond());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "listener|8080|host:port",
        "listener|a:70000|0 to 65535",
        "transport|fast|auto, offload or nio",
        "devices|a/b|interface names",
        "instance|a b|letters, digits",
        "maxSessions|many|1 to 65536",
        "maxSessions|65537|1 to 65536",
        "storeDirectory|here|absolute path",
        "pacing|maybe|on or off",
        "maxBurst|1499|1500 to 65535",
        "maxBurst|64k|1500 to 65535",
        "maxRate|7999|8000 to",
        "congestion|bbr|cubic or newreno",
        "ecn|2|on or off",
        "initialWindow|0|1 to 100"})
    void namesKeyValueAndWhatWouldBeRightAndKeepsTheRest(String key, String value, String right) {
        EngineConfig config = with(Map.of(key, value));
        assertEquals(EngineConfig.defaults(), config);
        assertEquals(1, problems.size());
        String problem = problems.get(0);
        assertTrue(problem.contains(key) && problem.contains(value) && problem.contains(right), problem);
    }

    @Test
    void leavesASettingThatIsEmptyAtItsDefault() {
        assertEquals(EngineConfig.defaults(), with(Map.of("instance", "", "storeDirectory", " ")));
        assertEquals(List.of(), problems);
    }

    @Test
    void namesASettingThatThereIsNot() {
        assertNull(EngineConfig.unknown(Set.of("control", "channel", "instance", "maxSessions"), "channel"));
        String message = EngineConfig.unknown(Set.of("instance", "controll"), "channel");
        assertTrue(message.startsWith("setting 'controll' is unknown: listener, "), message);
        assertTrue(message.contains(", control, ") && message.contains(", channel "), message);
    }
}
