// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.List;

/** What a request makes its answer depend on (RFC 9110 section 13), in the order of section 13.2.2. No state. */
final class Preconditions {

    /** What becomes of the request. */
    enum Outcome {
        PROCEED, NOT_MODIFIED, FAILED
    }

    private Preconditions() {
    }

    /**
     * @param etag     of the representation, null for none
     * @param modified when it was, in whole seconds, null if unknown
     */
    static Outcome evaluate(HttpHeaders headers, String etag, Instant modified) {
        if (headers.contains(HttpHeaderNames.IF_MATCH)) {
            if (!lists(headers.getAll(HttpHeaderNames.IF_MATCH), etag, true)) {
                return Outcome.FAILED;
            }
        } else {
            Instant unmodifiedSince = HttpDate.parse(headers.get(HttpHeaderNames.IF_UNMODIFIED_SINCE));
            if (unmodifiedSince != null && modified != null && modified.isAfter(unmodifiedSince)) {
                return Outcome.FAILED;
            }
        }
        if (headers.contains(HttpHeaderNames.IF_NONE_MATCH)) {
            return lists(headers.getAll(HttpHeaderNames.IF_NONE_MATCH), etag, false) ? Outcome.NOT_MODIFIED
                    : Outcome.PROCEED;
        }
        Instant modifiedSince = HttpDate.parse(headers.get(HttpHeaderNames.IF_MODIFIED_SINCE));
        return modifiedSince != null && modified != null && !modified.isAfter(modifiedSince) ? Outcome.NOT_MODIFIED
                : Outcome.PROCEED;
    }

    /** Whether a Range field counts (section 13.1.5): only if the client has part of this very representation. */
    static boolean rangeCounts(HttpHeaders headers, String etag, Instant modified) {
        String condition = headers.get(HttpHeaderNames.IF_RANGE);
        if (condition == null) {
            return true;
        }
        if (condition.endsWith("\"")) {
            return etag != null && !isWeak(etag) && condition.strip().equals(etag);
        }
        return modified != null && modified.equals(HttpDate.parse(condition));
    }

    private static boolean lists(List<String> fields, String etag, boolean strongly) {
        for (String field : fields) {
            for (String tag : field.split(",")) {
                String candidate = tag.strip();
                if (candidate.equals("*") || etag != null && (strongly ? !isWeak(etag) && candidate.equals(etag)
                        : opaque(candidate).equals(opaque(etag)))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isWeak(String etag) {
        return etag.startsWith("W/");
    }

    private static String opaque(String etag) {
        return isWeak(etag) ? etag.substring(2) : etag;
    }
}
