// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import io.tcpoffload.api.Drain;
import io.tcpoffload.api.OffloadEngine;
import io.tcpoffload.api.OffloadException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code offload:drain}. */
@Service
@Command(scope = "offload", name = "drain",
        description = "Empties the engine for maintenance: no new viewers, and present ones leave the way that is asked for")
public class DrainCommand implements Action {

    @Reference
    OffloadEngine engine;

    @Option(name = "--present", description = "What becomes of present viewers: stay (they watch for as long as they like), "
            + "end, or hand-back (the kernel and the ordinary transport serve them)")
    @Completion(value = StringsCompleter.class, values = {"stay", "end", "hand-back"})
    String present = "stay";

    @Option(name = "--redirect", description = "Where new viewers are sent, http://host:port; without it they are refused "
            + "(503)")
    String redirect;

    @Option(name = "--off", description = "Let viewers in again")
    boolean off;

    @Override
    public Object execute() {
        if (off) {
            engine.endDrain();
            System.out.println("Viewers are let in");
            return null;
        }
        List<String> problems = engine.drain(Drain.of(present()).withRedirect(redirect));
        problems.forEach(System.out::println);
        System.out.println(engine.sessions().size() + " viewers are there; offload:sessions lists them, offload:drain --off "
                + "lets viewers in again");
        return null;
    }

    private Drain.Present present() {
        return Arrays.stream(Drain.Present.values())
                .filter(value -> value.name().replace('_', '-').toLowerCase(Locale.ROOT).equals(present)).findFirst()
                .orElseThrow(() -> new OffloadException("--present '" + present + "' is not valid: stay, end or hand-back"));
    }
}
