// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteFileTypeTest {

    @TempDir
    private Path folder;

    private RouteFileType type(String name, String text) throws IOException {
        return RouteFileType.of(Files.writeString(folder.resolve(name), text));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "<routes/>",
            "<?xml version='1.0' encoding='UTF-8'?>\n<!-- SPDX -->\n<routes>\n<route>",
            "<route id='x'>",
            "<camel xmlns='http://camel.apache.org/schema/xml-io'>",
            "<routes xmlns='http://camel.apache.org/schema/spring'>",
            "<beans><route/></beans>",
            "<beans xmlns='http://camel.apache.org/schema/xml-io'/>",
            "<routeConfigurations/>",
            "<routes xmlns=broken>"})
    void camelXmlIsOurs(String text) throws IOException {
        assertEquals(RouteFileType.XML, type("a.xml", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "<features name='x' xmlns='http://karaf.apache.org/xmlns/features/v1.6.0'/>",
            "<blueprint xmlns='http://www.osgi.org/xmlns/blueprint/v1.0.0'/>",
            "<beans xmlns='http://www.springframework.org/schema/beans'/>",
            "<!DOCTYPE html><html/>",
            "<routes xmlns='urn:bus-timetable'/>",
            "<project/>",
            "<rotes/>"})
    void otherXmlIsLeftAlone(String text) throws IOException {
        assertEquals(RouteFileType.OTHER, type("a.xml", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no xml", "<?xml version='1.0'?>"})
    void xmlWithoutRootIsUnreadable(String text) throws IOException {
        assertEquals(RouteFileType.UNREADABLE_XML, type("a.xml", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "- route:\n    id: x\n",
            "# licence\n\n---\n- from:\n",
            "-\n  route:\n",
            "- rote:\n",
            "apiVersion: camel.apache.org/v1\nkind: Integration\n"})
    void camelYamlIsOurs(String text) throws IOException {
        assertEquals(RouteFileType.YAML, type("a.yaml", text));
        assertEquals(RouteFileType.YAML, type("a.yml", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "key: value\n- x\n", "apiVersion: v1\n", "# only - a comment\n"})
    void otherYamlIsLeftAlone(String text) throws IOException {
        assertEquals(RouteFileType.OTHER, type("a.yaml", text));
    }

    @ParameterizedTest
    @CsvSource({"a.camel.xml,XML", "a.camel.yaml,YAML", "a.camel.yml,YAML", "A.CAMEL.XML,XML", ".a.camel.xml,OTHER",
            "a.cfg,OTHER", "a.jar,OTHER", "xml,OTHER"})
    void nameDecidesWhereItIsUnambiguous(String name, RouteFileType type) throws IOException {
        assertEquals(type, type(name, "anything"));
    }

    @Test
    void doesNotLoadWhatADoctypeNames() throws IOException {
        assertEquals(RouteFileType.XML, type("a.xml", "<!DOCTYPE routes SYSTEM 'file:///nowhere.dtd'><routes/>"));
    }

    @Test
    void folderAndMissingFileAreNotOurs() {
        assertEquals(RouteFileType.OTHER, RouteFileType.of(folder));
        assertEquals(RouteFileType.OTHER, RouteFileType.of(folder.resolve("none.xml")));
    }
}
