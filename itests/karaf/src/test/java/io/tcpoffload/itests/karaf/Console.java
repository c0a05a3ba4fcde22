// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.karaf;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.apache.karaf.shell.support.parsing.CommandLineImpl;

/** Karaf's shell, from inside Karaf, with an administrator's rights. */
final class Console {

    private final SessionFactory sessions;

    Console(SessionFactory sessions) {
        this.sessions = sessions;
    }

    /**
     * Runs a command as a user types it.
     *
     * @return what it printed
     */
    String run(String command) throws Exception {
        var administrator = new Subject(true, Set.of(new RolePrincipal("admin"), new RolePrincipal("manager")),
                Set.of(), Set.of());
        var printed = new ByteArrayOutputStream();
        var out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Session session = sessions.create(new ByteArrayInputStream(new byte[0]), out, out);
        try {
            Subject.doAs(administrator, (PrivilegedExceptionAction<Object>) () -> session.execute(command));
        } finally {
            session.close();
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    /**
     * What the tabulator key offers at the end of a line.
     *
     * @param line a command with its scope, and its arguments, the last of which may be empty
     */
    List<String> complete(String line) {
        String[] words = line.split(" ", -1);
        String[] name = words[0].split(":");
        int last = words.length - 1;
        var cursor = new CommandLineImpl(words, last, words[last].length(), line.length(), line);
        var out = new PrintStream(new ByteArrayOutputStream());
        Session session = sessions.create(new ByteArrayInputStream(new byte[0]), out, out);
        try {
            List<String> candidates = new ArrayList<>();
            session.getRegistry().getCommand(name[0], name[1]).getCompleter(true).complete(session, cursor, candidates);
            return candidates.stream().map(String::strip).sorted().toList();
        } finally {
            session.close();
        }
    }
}
