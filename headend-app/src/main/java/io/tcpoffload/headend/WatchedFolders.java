// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files in the folders that Felix File Install watches, as its configurations say. */
final class WatchedFolders {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedFolders.class);

    private WatchedFolders() {
    }

    static List<Path> files(ConfigurationAdmin configurations) {
        List<Path> all = new ArrayList<>();
        try {
            Configuration[] found = configurations.listConfigurations(
                    "(service.factoryPid=org.apache.felix.fileinstall)");
            for (Configuration folder : found == null ? new Configuration[0] : found) {
                Object dir = folder.getProperties().get("felix.fileinstall.dir");
                Object filter = folder.getProperties().get("felix.fileinstall.filter");
                if (dir != null && Files.isDirectory(Path.of(dir.toString()))) {
                    all.addAll(files(Path.of(dir.toString()), filter == null ? ".*" : filter.toString()));
                }
            }
        } catch (IOException | InvalidSyntaxException e) {
            LOG.warn("route files that lie in watched folders already start when they change: {}", e.toString());
        }
        return all;
    }

    private static List<Path> files(Path folder, String filter) throws IOException {
        Pattern names = Pattern.compile(filter);
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> names.matcher(file.getFileName().toString()).matches()).sorted().toList();
        }
    }
}
