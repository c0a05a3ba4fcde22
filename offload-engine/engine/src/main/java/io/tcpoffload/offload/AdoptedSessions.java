// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.api.OffloadException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sessions whose connections were other processes', by number, and for a while what became of them. Belongs to the
 * session loop's thread.
 */
final class AdoptedSessions {

    /** Of the latest ended ones the last words are kept: enough for whoever asks a little late. */
    private static final int MAX_ENDED = 1024;

    private final Map<Long, ViewerSession> present = new LinkedHashMap<>();
    private final Map<Long, String> ended = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
            return size() > MAX_ENDED;
        }
    };

    void add(ViewerSession session) {
        if (session.adopted() != null && session.adopted().input() != InputPolicy.GO_ON) {
            present.put(session.id(), session);
        }
    }

    void ended(ViewerSession session, Ending how) {
        if (present.remove(session.id()) != null) {
            ended.put(session.id(), SessionReport.of(session) + " end=" + how.text());
        }
    }

    /** @param socket where it is now */
    void handedBack(ViewerSession session, Adoptions.HandedBack socket) {
        if (present.remove(session.id()) != null) {
            ended.put(session.id(), SessionReport.of(session) + " pid=" + ProcessHandle.current().pid() + " fd=" + socket.fd()
                    + " discarded=" + socket.discardedBytes() + " end=" + Ending.HANDED_BACK.text());
        }
    }

    List<Long> ids() {
        return List.copyOf(present.keySet());
    }

    Optional<ViewerSession> find(long id) {
        return Optional.ofNullable(present.get(id));
    }

    /** @throws OffloadException if there is no such session any more */
    ViewerSession get(long id) {
        ViewerSession session = present.get(id);
        if (session == null) {
            String last = ended.get(id);
            throw new OffloadException(last == null ? "session " + id + " is unknown: 'sessions' lists the numbers of those "
                    + "there are" : "session " + id + " is over (" + last.substring(last.lastIndexOf(' ') + 1)
                    + "): 'info " + id + "' tells more");
        }
        return session;
    }

    /** @throws OffloadException if there was no such session */
    String report(long id) {
        String last = ended.get(id);
        return last != null ? last : SessionReport.of(get(id));
    }
}
