// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The request target (RFC 9112 section 3.2) and the Host field (RFC 9110 section 7.2). */
final class RequestTarget {

    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://[^/?#]*");
    private static final Pattern HOST =
            Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(:[0-9]{1,5})?");

    private RequestTarget() {
    }

    /**
     * The decoded path, without query. Origin form, or absolute form as sent to proxies.
     *
     * @return null when it is malformed
     */
    static String path(String target) {
        var absolute = ABSOLUTE.matcher(target);
        String rest = absolute.lookingAt() ? target.substring(absolute.end()) : target;
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != '?' && rest.charAt(end) != '#') {
            end++;
        }
        String path = rest.substring(0, end);
        if (path.isEmpty() && absolute.hitEnd()) {
            return "/";
        }
        return path.startsWith("/") ? decode(path) : null;
    }

    /** What is between question mark and hash, as sent; empty if there is none. */
    static String query(String target) {
        int hash = target.indexOf('#');
        String rest = hash < 0 ? target : target.substring(0, hash);
        int mark = rest.indexOf('?');
        return mark < 0 ? "" : rest.substring(mark + 1);
    }

    /** The first value of a query parameter, decoded; empty if there is none, or it is malformed. */
    static String parameter(String query, String name) {
        for (String pair : query.split("&")) {
            if (pair.startsWith(name + "=")) {
                String value = decode(pair.substring(name.length() + 1).replace("+", "%20"));
                return value == null ? "" : value;
            }
        }
        return "";
    }

    private static String decode(String path) {
        ByteBuffer bytes = ByteBuffer.allocate(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c > '~') {
                return null;
            }
            if (c == '%') {
                if (i + 2 >= path.length()) {
                    return null;
                }
                int high = Character.digit(path.charAt(i + 1), 16);
                int low = Character.digit(path.charAt(i + 2), 16);
                if (high < 0 || low < 0) {
                    return null;
                }
                c = (char) (high << 4 | low);
                i += 2;
            }
            bytes.put((byte) c);
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** Whether this may be put into a URL that we give out. */
    static boolean isHost(String host) {
        return HOST.matcher(host).matches();
    }
}
