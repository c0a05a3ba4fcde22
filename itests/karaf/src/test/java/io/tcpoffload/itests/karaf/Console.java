// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.karaf;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;

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
}
