// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpoffload.api.ChannelSpec;
import io.tcpoffload.api.OffloadException;
import io.tcpoffload.channel.MediaChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {

    private static final String INSTANCE = "unit-test";

    @TempDir
    private Path temporary;
    private Path base;
    private StoreDirectory directory;

    @BeforeEach
    void claim() {
        base = temporary.resolve("stores");
        directory = StoreDirectory.claim(base, INSTANCE);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private MediaChannel channel(String name, String listenerKey) {
        var channel = new MediaChannel(ChannelSpec.channel(name).withStoreBytes(1 << 20), listenerKey, directory.path());
        channel.store().append(ByteBuffer.wrap(new byte[188]), true);
        return channel;
    }

    private void release() {
        directory.release();
        directory = StoreDirectory.claim(base, INSTANCE);
    }

    @Test
    void isPrivate() throws IOException {
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())));
        Path lock = directory.path().resolve("lock");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(lock)));
        assertEquals(Long.toString(ProcessHandle.current().pid()), Files.readString(lock));
    }

    @Test
    void reopensWhatAFormerEngineLeft() {
        long first = channel("news", "127.0.0.1:8080").id();
        long second = channel("news", "127.0.0.1:9090").id();
        assertEquals(List.of(), StoreDirectory.claim(base, "another").reopen());
        release();
        List<MediaChannel> channels = directory.reopen();
        assertEquals(2, channels.size());
        for (MediaChannel channel : channels) {
            assertEquals(channel.listenerKey().endsWith("9090") ? second : first, channel.id());
            assertEquals(188, channel.publishedBytes());
        }
    }

    @Test
    void removesWhatCannotBeGoneOnWith() throws IOException {
        Path damaged = channel("damaged", "127.0.0.1:8080").store().file();
        Path open = channel("open", "127.0.0.1:8080").store().file();
        Path target = temporary.resolve("elsewhere");
        Files.move(channel("link", "127.0.0.1:8080").store().file(), target);
        Files.createSymbolicLink(directory.path().resolve("link.store"), target);
        Files.write(damaged, new byte[4096]);
        Files.writeString(directory.path().resolve("empty.store"), "");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw----"));
        MediaChannel sound = channel("sound", "127.0.0.1:8080");
        release();
        assertEquals(List.of(sound.id()), directory.reopen().stream().map(MediaChannel::id).toList());
        assertEquals(List.of("lock", sound.store().file().getFileName().toString()), names());
        assertTrue(Files.exists(target), "what a link leads to is not ours");
    }

    @Test
    void trustsNothingWhereOthersCouldWrite() throws IOException {
        channel("news", "127.0.0.1:8080");
        directory.release();
        Files.setPosixFilePermissions(base.resolve(INSTANCE), PosixFilePermissions.fromString("rwxrwx---"));
        directory = StoreDirectory.claim(base, INSTANCE);
        assertEquals(List.of(), directory.reopen());
        assertEquals(List.of("lock"), names());
        isPrivate();
    }

    @Test
    void keepsTheNewerOfTwoStoresOfAChannel() throws Exception {
        channel("news", "127.0.0.1:8080");
        TimeUnit.MILLISECONDS.sleep(2);
        long newer = channel("news", "127.0.0.1:8080").id();
        release();
        assertEquals(List.of(newer), directory.reopen().stream().map(MediaChannel::id).toList());
        assertEquals(2, names().size(), "its store and the lock");
    }

    @Test
    void leavesNothingBehind() {
        channel("news", "127.0.0.1:8080");
        directory.close();
        directory.close();
        directory.release();
        assertFalse(Files.exists(base));
    }

    @Test
    void isNotUsedThroughALink() throws IOException {
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.createSymbolicLink(base.resolve("linked"), elsewhere);
        StoreDirectory linked = StoreDirectory.claim(base, "linked");
        assertNull(linked.path());
        assertEquals(List.of(), linked.reopen());
        linked.close();
        assertTrue(Files.exists(elsewhere));
    }

    @Test
    void namesTheProcessThatHasIt() throws Exception {
        OffloadException here = assertThrows(OffloadException.class, () -> StoreDirectory.claim(base, INSTANCE));
        assertTrue(here.getMessage().contains("process " + ProcessHandle.current().pid()), here.getMessage());
        Process holder = holder("taken");
        OffloadException there = assertThrows(OffloadException.class, () -> StoreDirectory.claim(base, "taken"));
        assertTrue(there.getMessage().contains("process " + holder.pid()), there.getMessage());
        holder.destroyForcibly().waitFor();
        try (StoreDirectory next = StoreDirectory.claim(base, "taken")) {
            List<MediaChannel> left = next.reopen();
            assertEquals(List.of("held"), left.stream().map(MediaChannel::name).toList());
        }
    }

    /** fcntl(2): a lock goes when its process closes any descriptor of the file. */
    @Test
    void aRefusedClaimDoesNotLoosenTheLock() throws Exception {
        assertThrows(OffloadException.class, () -> StoreDirectory.claim(base, INSTANCE));
        Process other = java("claim", INSTANCE);
        assertEquals(1, other.waitFor(), "another process gets it");
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory.path())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Process holder(String instance) throws IOException {
        Process process = java("hold", instance);
        assertEquals('!', process.getInputStream().read(), "the holder has started");
        return process;
    }

    private Process java(String what, String instance) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Holder.class.getName(), what, base.toString(), instance)
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** Another engine's process. */
    static final class Holder {

        private Holder() {
        }

        public static void main(String[] args) throws InterruptedException {
            StoreDirectory directory = StoreDirectory.claim(Path.of(args[1]), args[2]);
            if (args[0].equals("hold")) {
                new MediaChannel(ChannelSpec.channel("held").withStoreBytes(1 << 20), "127.0.0.1:8080", directory.path());
                System.out.println('!');
                TimeUnit.MINUTES.sleep(1);
            }
        }
    }
}
