// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.control;

import io.tcpoffload.api.OffloadException;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.offload.Adoptions;
import io.tcpoffload.offload.InputPolicy;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The language of the control socket: one line in, one line out. An answer is {@code ok}, with a value where there is one;
 * {@code error} and what was wrong, the value, and what would be right; or, for {@code info}, {@code key=value} pairs.
 */
public final class ControlCommands {

    private static final Logger LOG = LoggerFactory.getLogger(ControlCommands.class);

    private static final String ERROR = "error ";

    private static final String ADOPT = "adopt pid=P fd=F [channel=C] [input=discard|hand-back]";

    static final String HELP = "ok " + ADOPT + " | write SESSION COUNT"
            + " | file SESSION PATH | close SESSION | shutdown SESSION | abort SESSION | hand-back SESSION"
            + " | fetched SESSION | info SESSION | sessions | counters | help";

    private final Adoptions adoptions;
    private final Function<String, MediaChannel> channels;
    private final Supplier<Map<String, Long>> counters;

    /**
     * @param adoptions null when offload can't be had
     * @param channels  the open channel of a name; null when there is none
     * @param counters  all that is counted
     */
    public ControlCommands(Adoptions adoptions, Function<String, MediaChannel> channels,
            Supplier<Map<String, Long>> counters) {
        this.adoptions = adoptions;
        this.channels = channels;
        this.counters = counters;
    }

    /**
     * Does what the line says. Any thread.
     *
     * @return the answer without {@code ok}
     * @throws OffloadException with what {@code error} would say
     */
    public String order(String line) {
        String answer = execute(line);
        if (answer.startsWith(ERROR)) {
            throw new OffloadException(answer.substring(ERROR.length()));
        }
        return answer.equals("ok") || answer.startsWith("ok ") ? answer.substring("ok".length()).strip() : answer;
    }

    /** Does what the line says and gives the answer, without line ends. Never throws. Any thread. */
    public String execute(String line) {
        try {
            return dispatch(new Words(line));
        } catch (OffloadException e) {
            return ERROR + oneLine(e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("Control command '{}' failed", line, e);
            return ERROR + oneLine(e.toString());
        }
    }

    private static String oneLine(String text) {
        return String.valueOf(text).replaceAll("\\s+", " ").strip();
    }

    private String dispatch(Words words) {
        String command = words.next("a command");
        return switch (command) {
            case "help" -> {
                words.end();
                yield HELP;
            }
            case "adopt" -> adopt(words);
            case "write" -> {
                long session = words.session();
                long count = words.number("a count of bytes");
                words.end();
                adoptions().write(session, count);
                yield "ok";
            }
            case "file" -> {
                adoptions().file(words.session(), path(words.rest("a path")));
                yield "ok";
            }
            case "close" -> {
                adoptions().close(only(words));
                yield "ok";
            }
            case "shutdown" -> {
                adoptions().shutdown(only(words));
                yield "ok";
            }
            case "abort" -> {
                adoptions().abort(only(words));
                yield "ok";
            }
            case "hand-back" -> {
                Adoptions.HandedBack socket = adoptions().handBack(only(words));
                yield "ok pid=" + ProcessHandle.current().pid() + " fd=" + socket.fd() + " discarded="
                        + socket.discardedBytes();
            }
            case "fetched" -> {
                adoptions().fetched(only(words));
                yield "ok";
            }
            case "info" -> adoptions().info(only(words));
            case "counters" -> {
                words.end();
                yield counters.get().entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(" "));
            }
            case "sessions" -> {
                words.end();
                List<Long> ids = adoptions().ids();
                yield ids.stream().map(Object::toString).collect(Collectors.joining(" ", ids.isEmpty() ? "ok" : "ok ", ""));
            }
            default -> throw new OffloadException("command '" + command + "' is unknown: 'help' lists those there are");
        };
    }

    private Adoptions adoptions() {
        if (adoptions == null) {
            throw new OffloadException("the engine has no offload transport here: 'offload:info' or its log says why");
        }
        return adoptions;
    }

    private static long only(Words words) {
        long session = words.session();
        words.end();
        return session;
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new OffloadException("path '" + text + "' is not valid: " + e.getReason());
        }
    }

    private String adopt(Words words) {
        String pid = null;
        String fd = null;
        String channel = null;
        InputPolicy input = InputPolicy.DISCARD;
        while (words.more()) {
            String word = words.next("a setting");
            if (word.startsWith("pid=")) {
                pid = word.substring("pid=".length());
            } else if (word.startsWith("fd=")) {
                fd = word.substring("fd=".length());
            } else if (word.startsWith("channel=")) {
                channel = word.substring("channel=".length());
            } else if (word.equals("input=hand-back")) {
                input = InputPolicy.HAND_BACK;
            } else if (!word.equals("input=discard")) {
                throw new OffloadException("'" + word
                        + "' is not valid: " + ADOPT);
            }
        }
        if (pid == null || fd == null) {
            throw new OffloadException((pid == null ? "pid" : "fd") + " is missing: " + ADOPT);
        }
        int process = Words.integer("pid", pid, 1);
        int descriptor = Words.integer("fd", fd, 0);
        MediaChannel media = channel == null ? null : channels.apply(channel);
        if (channel != null && media == null) {
            throw new OffloadException("channel '" + channel + "' is not open: an open channel is needed, or none");
        }
        return "ok " + adoptions().adopt(process, descriptor, media, input);
    }
}
