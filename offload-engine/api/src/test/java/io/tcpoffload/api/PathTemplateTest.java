// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import static io.tcpoffload.api.ChannelSpecTest.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PathTemplateTest {

    private static Map<String, String> match(String template, String path) {
        return PathTemplate.parse(template).match(path);
    }

    @Test
    void matchesSegmentBySegment() {
        assertEquals(Map.of(), match("news", "/news"));
        assertEquals(Map.of("channel", "news"), match("/{channel}", "/news"));
        assertEquals(Map.of("title", "dune", "file", "hd/1.ts"), match("/vod/{title}/{*file}", "/vod/dune/hd/1.ts"));
        assertEquals(Map.of("file", ""), match("/vod/{*file}", "/vod"));
        assertNull(match("/news", "/news/"));
        assertNull(match("/{channel}", "/"));
        assertNull(match("/{channel}", "/a/b"));
        assertNull(match("/vod/{title}", "/live/dune"));
    }

    @Test
    void putsTheMoreSpecificTemplateFirst() {
        List<String> sorted = Stream.of("/{*all}", "/{a}", "/vod/{*rest}", "/news", "/vod/{a}/b", "/vod/x")
                .map(PathTemplate::parse).sorted().map(PathTemplate::toString).toList();
        assertEquals(List.of("/news", "/vod/x", "/vod/{a}/b", "/vod/{*rest}", "/{a}", "/{*all}"), sorted);
        assertEquals(0, PathTemplate.parse("/{a}").compareTo(PathTemplate.parse("/{b}")));
    }

    @Test
    void refusesWhatIsNoTemplate() {
        for (String wrong : new String[] {"a b", "{a}/{a}", "{*a}/b", "{1}", "x{a}", "a?b"}) {
            refused("path '/" + wrong + "' is not valid: segments of letters, digits and . _ ~ - or a variable such as "
                    + "{channel}, each name once; {*rest} only at the end", () -> PathTemplate.parse(wrong));
        }
        assertTrue(PathTemplate.parse("{channel}").isPattern());
    }
}
