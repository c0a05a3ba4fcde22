// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.karaf;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.mavenBundle;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;
import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.features;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import io.tcpoffload.itests.Command;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.container.remote.RBCRemoteTargetOptions;
import org.ops4j.pax.exam.karaf.options.KarafExamSystemConfigurationOption;
import org.ops4j.pax.exam.karaf.options.LogLevelOption;

/** An unchanged Apache Karaf with what Pax Exam needs, and with our features from the KAR if they are asked for. */
final class StockKaraf {

    /** System property in the container: name of the test's devices, without the letter of the end. */
    static final String DEVICE = "itests.device";
    /** System property in the container: the engine's instance name. */
    static final String INSTANCE = "itests.instance";
    /** System property in the container: the engine's default listener. */
    static final String LISTENER = "itests.listener";
    /** System property in the container: the KAR. */
    static final String KAR = "itests.kar";
    /** System property in the container: number of the test's network. */
    static final String SUBNET = "itests.subnet";

    /** System property in the container: the folder {@code examples} of this repository. */
    static final String EXAMPLES = "itests.examples";
    /** System property in the container: the jar of {@code examples/camel-karaf}. */
    static final String EXAMPLE_BUNDLE = "itests.example.bundle";
    /** System property in the container: the jar of the component that is installed. */
    static final String COMPONENT = "itests.component";

    private static final String VERSION = System.getProperty("project.version");
    private static final Path DIST = Path.of("target/dist").toAbsolutePath();
    private static final Path REPOSITORY = Path.of("target/kar/repository").toAbsolutePath();
    private static final String MVN = "etc/org.ops4j.pax.url.mvn.cfg";
    private static final String ENGINE = "etc/io.tcpoffload.engine.cfg";
    private static final String SHELL = "etc/org.apache.karaf.shell.cfg";
    private static final String MANAGEMENT = "etc/org.apache.karaf.management.cfg";
    private static final long START_MILLIS = 60_000;
    private static final long SUBNETS = 200;

    private StockKaraf() {
    }

    /** The headend is installed; its engine is for the test's device alone. */
    static Option[] withHeadend() throws IOException {
        List<Option> all = headend();
        String device = device();
        all.add(editConfigurationFilePut(ENGINE, "devices", device + "s"));
        all.add(systemProperty(DEVICE).value(device));
        all.add(systemProperty(SUBNET).value(Long.toString(1 + ProcessHandle.current().pid() % SUBNETS)));
        return all.toArray(Option[]::new);
    }

    /** The headend is installed; viewers are on the machine itself. */
    static Option[] withHeadendOnLoopback() throws IOException {
        List<Option> all = headend();
        all.add(editConfigurationFilePut(ENGINE, "devices", "lo"));
        all.add(systemProperty(EXAMPLES).value(Path.of("../../examples").toRealPath().toString()));
        all.add(systemProperty(EXAMPLE_BUNDLE).value(DIST.resolve("example-camel-karaf.jar").toString()));
        all.add(systemProperty(COMPONENT).value(REPOSITORY.resolve("io/tcpoffload/camel-tcpoffload/" + VERSION
                + "/camel-tcpoffload-" + VERSION + ".jar").toString()));
        return all.toArray(Option[]::new);
    }

    private static List<Option> headend() throws IOException {
        unpackKar();
        List<Option> all = common();
        all.add(editConfigurationFilePut(MVN, "org.ops4j.pax.url.mvn.defaultRepositories", repositories()));
        all.add(features("mvn:io.tcpoffload/tcpoffload-features/" + VERSION + "/xml/features", "tcpoffload-headend"));
        return all;
    }

    /** Nothing of ours is installed. */
    static Option[] bare() throws IOException {
        List<Option> all = common();
        all.add(editConfigurationFilePut(MVN, "org.ops4j.pax.url.mvn.localRepository",
                System.getProperty("maven.repository")));
        all.add(systemProperty(KAR).value(DIST.resolve("tcpoffload-features.kar").toString()));
        return all.toArray(Option[]::new);
    }

    private static List<Option> common() throws IOException {
        String karaf = System.getProperty("karaf.version");
        String listener = "127.0.0.1:" + freePort();
        List<Option> all = new ArrayList<>(List.of(
                karafDistributionConfiguration().frameworkUrl(dist("apache-karaf.tar.gz")).karafVersion(karaf)
                        .name("Apache Karaf").unpackDirectory(new File("target/exam")).useDeployFolder(false),
                configureConsole().ignoreLocalConsole().ignoreRemoteShell(), keepRuntimeFolder(),
                logLevel(LogLevelOption.LogLevel.INFO), new KarafExamSystemConfigurationOption("jupiter"),
                editConfigurationFilePut(MVN, "org.ops4j.pax.url.mvn.repositories", ""),
                editConfigurationFilePut(SHELL, "sshPort", freePort()),
                editConfigurationFilePut(MANAGEMENT, "rmiRegistryPort", freePort()),
                editConfigurationFilePut(MANAGEMENT, "rmiServerPort", freePort()),
                editConfigurationFilePut(ENGINE, "instance", device()),
                editConfigurationFilePut(ENGINE, "listener", listener),
                systemProperty(INSTANCE).value(device()),
                systemProperty(LISTENER).value(listener),
                bundle(dist("itest-invoker.jar")), bundle(dist("itest-toolkit.jar")),
                systemTimeout(START_MILLIS), RBCRemoteTargetOptions.waitForRBCFor((int) START_MILLIS)));
        addJunit(all);
        addVmOptions(all, karaf);
        return all;
    }

    private static String device() {
        return "tk" + ProcessHandle.current().pid();
    }

    /** Karaf's own, what is in the KAR, and for Pax Exam what Maven has fetched; no network. */
    private static String repositories() {
        return "${karaf.home.uri}${karaf.default.repository}@id=system.repository@snapshots, " + REPOSITORY.toUri()
                + "@id=kar@snapshots, " + Path.of(System.getProperty("maven.repository")).toUri() + "@id=maven";
    }

    /** The engines too: the manifest of the one that tests see requires them. */
    private static void addJunit(List<Option> all) {
        String jupiter = System.getProperty("junit.version");
        String platform = jupiter.replaceFirst("^5", "1");
        for (String name : List.of("junit-jupiter-api", "junit-jupiter-engine")) {
            all.add(mavenBundle("org.junit.jupiter", name).version(jupiter));
        }
        for (String name : List.of("junit-platform-commons", "junit-platform-engine", "junit-platform-launcher")) {
            all.add(mavenBundle("org.junit.platform", name).version(platform));
        }
        all.add(mavenBundle("org.opentest4j", "opentest4j").version("1.3.0"));
        all.add(mavenBundle("org.apiguardian", "apiguardian-api").version("1.1.2"));
    }

    /** What bin/karaf gives to Java 9 and later. */
    private static void addVmOptions(List<Option> all, String karaf) {
        List<String> options = List.of("-Xmx512m", "--add-reads=java.xml=java.logging",
                "--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED",
                "--patch-module", "java.base=lib/endorsed/org.apache.karaf.specs.locator-" + karaf + ".jar",
                "--patch-module", "java.xml=lib/endorsed/org.apache.karaf.specs.java.xml-" + karaf + ".jar",
                "--add-opens", "java.base/java.security=ALL-UNNAMED", "--add-opens", "java.base/java.net=ALL-UNNAMED",
                "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--add-opens", "java.base/java.util=ALL-UNNAMED",
                "--add-opens", "java.rmi/sun.rmi.transport.tcp=ALL-UNNAMED", "-classpath",
                String.join(File.pathSeparator, "lib/jdk9plus/*", "lib/boot/*", "lib/endorsed/*"));
        options.forEach(option -> all.add(vmOption(option)));
    }

    private static void unpackKar() throws IOException {
        Path target = REPOSITORY.getParent();
        Files.createDirectories(target);
        Command.run("sh", "-c", "cd '" + target + "' && jar xf '" + DIST.resolve("tcpoffload-features.kar") + "'");
    }

    private static String dist(String file) {
        return DIST.resolve(file).toUri().toString();
    }

    private static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return Integer.toString(socket.getLocalPort());
        }
    }
}
