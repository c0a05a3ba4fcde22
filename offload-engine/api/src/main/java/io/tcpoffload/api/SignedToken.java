// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A token that a portal can make and the engine can check without asking anybody: {@code <expiry>.<signature>}, where expiry
 * is in seconds since the epoch and signature is HMAC-SHA-256 (RFC 2104) over {@code <channel>\n<expiry>} in UTF-8, in
 * base64url without padding (RFC 4648 section 5).
 */
public final class SignedToken {

    private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\.([A-Za-z0-9_-]{43})");

    private SignedToken() {
    }

    /**
     * @param secret  the key, see {@link AccessRule#tokenSecret()}
     * @param channel the channel that may be watched with it
     * @param expires when it ends; a viewer that watches then goes on
     */
    public static String of(String secret, String channel, Instant expires) {
        return expires.getEpochSecond() + "." + sign(secret, channel, expires.getEpochSecond());
    }

    static boolean isValid(String secret, String channel, String token) {
        var m = FORM.matcher(token);
        if (!m.matches()) {
            return false;
        }
        long expires = Long.parseLong(m.group(1));
        return Instant.now().getEpochSecond() < expires && MessageDigest.isEqual(
                sign(secret, channel, expires).getBytes(StandardCharsets.US_ASCII),
                m.group(2).getBytes(StandardCharsets.US_ASCII));
    }

    /** Tells two secrets apart without telling either; empty for an empty one. */
    static String fingerprint(String secret) {
        return secret.isEmpty() ? "" : "#" + sign("fingerprint", secret, 0).substring(0, 8);
    }

    private static String sign(String secret, String channel, long expires) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] signature = mac.doFinal((channel + "\n" + expires).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
