// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Who may watch: by address, token and number. What is not set is not checked. Immutable; each {@code with} method checks
 * its value and throws an {@link OffloadException} that names option, value and what would be right.
 *
 * <p>A viewer outside {@code allowedIps} gets 403, one without a valid token 401, one too many 503 with Retry-After.
 *
 * @param maxSubscribers      most viewers at a time, 0 for any number
 * @param maxSubscribersPerIp most viewers from one address at a time, 0 for any number
 * @param allowedIps          empty for all
 * @param tokenParameter      the query parameter that carries the token; {@code Authorization: Bearer} (RFC 6750 section
 *                            2.1) does so too
 * @param tokens              tokens that are valid, empty for no check against a list
 * @param tokenSecret         key of {@link SignedToken}s that are valid, null for none; such tokens and listed ones may be
 *                            used side by side
 */
public record AccessRule(int maxSubscribers, int maxSubscribersPerIp, List<IpRange> allowedIps, String tokenParameter,
        Set<String> tokens, String tokenSecret) {

    /** Shorter keys can be found by trying. */
    public static final int MIN_SECRET_LENGTH = 16;

    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z0-9._~-]{1,64}");
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e&&[^,]]{1,512}");

    /** Everybody may watch. */
    public static final AccessRule NONE = new AccessRule(0, 0, List.of(), "token", Set.of(), null);

    public AccessRule {
        requireCount("maxSubscribers", maxSubscribers);
        requireCount("maxSubscribersPerIp", maxSubscribersPerIp);
        allowedIps = List.copyOf(allowedIps);
        if (tokenParameter == null || !PARAMETER.matcher(tokenParameter).matches()) {
            throw new OffloadException("tokenParameter '" + tokenParameter + "' is not valid: 1 to 64 letters, digits, '.', "
                    + "'_', '~' or '-', such as token");
        }
        tokens = Set.copyOf(tokens);
        if (!tokens.stream().allMatch(token -> TOKEN.matcher(token).matches())) {
            throw new OffloadException("tokens has one that is not valid: each is 1 to 512 printable ASCII characters, "
                    + "without blanks, separated by commas");
        }
        if (tokenSecret != null && tokenSecret.length() < MIN_SECRET_LENGTH) {
            throw new OffloadException("tokenSecret is too short with " + tokenSecret.length() + " characters: "
                    + MIN_SECRET_LENGTH + " or more");
        }
    }

    private static void requireCount(String option, int count) {
        if (count < 0) {
            throw new OffloadException(option + " " + count + " is out of range: 0 to " + Integer.MAX_VALUE
                    + ", 0 meaning any number");
        }
    }

    public AccessRule withMaxSubscribers(int most) {
        return new AccessRule(most, maxSubscribersPerIp, allowedIps, tokenParameter, tokens, tokenSecret);
    }

    public AccessRule withMaxSubscribersPerIp(int most) {
        return new AccessRule(maxSubscribers, most, allowedIps, tokenParameter, tokens, tokenSecret);
    }

    /** @param ranges separated by commas, empty for all */
    public AccessRule withAllowedIps(String ranges) {
        return new AccessRule(maxSubscribers, maxSubscribersPerIp, IpRange.parseList("allowedIps", ranges), tokenParameter,
                tokens, tokenSecret);
    }

    public AccessRule withTokenParameter(String name) {
        return new AccessRule(maxSubscribers, maxSubscribersPerIp, allowedIps, name, tokens, tokenSecret);
    }

    /** @param list separated by commas, empty for no check */
    public AccessRule withTokens(String list) {
        Set<String> set = new LinkedHashSet<>(list.isBlank() ? List.of() : List.of(list.strip().split("\\s*,\\s*")));
        return new AccessRule(maxSubscribers, maxSubscribersPerIp, allowedIps, tokenParameter, set, tokenSecret);
    }

    /** @param secret {@value #MIN_SECRET_LENGTH} characters or more, null or empty for none */
    public AccessRule withTokenSecret(String secret) {
        return new AccessRule(maxSubscribers, maxSubscribersPerIp, allowedIps, tokenParameter, tokens,
                secret == null || secret.isEmpty() ? null : secret);
    }

    /**
     * Sets an option by its name.
     *
     * @throws OffloadException if there is no such option, or the value is wrong
     */
    public AccessRule with(String option, String text) {
        return switch (option) {
            case "maxSubscribers" -> withMaxSubscribers(OptionWords.number(option, text));
            case "maxSubscribersPerIp" -> withMaxSubscribersPerIp(OptionWords.number(option, text));
            case "allowedIps" -> withAllowedIps(text);
            case "tokenParameter" -> withTokenParameter(text);
            case "tokens" -> withTokens(text);
            case "tokenSecret" -> withTokenSecret(text);
            default -> throw new OffloadException("there is no option '" + option + "'");
        };
    }

    /** Whether a viewer needs a token. */
    public boolean needsToken() {
        return !tokens.isEmpty() || tokenSecret != null;
    }

    public boolean allows(InetAddress address) {
        return allowedIps.isEmpty() || allowedIps.stream().anyMatch(range -> range.contains(address));
    }

    /**
     * @param token   what the viewer brought, empty if nothing
     * @param channel the channel it wants
     */
    public boolean allows(String token, String channel) {
        return !needsToken() || tokens.contains(token)
                || tokenSecret != null && SignedToken.isValid(tokenSecret, channel, token);
    }

    /** By option, as users write them; secrets are among them. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("maxSubscribers", Integer.toString(maxSubscribers));
        settings.put("maxSubscribersPerIp", Integer.toString(maxSubscribersPerIp));
        settings.put("allowedIps", allowedIps.stream().map(IpRange::toString).collect(Collectors.joining(",")));
        settings.put("tokenParameter", tokenParameter);
        settings.put("tokens", tokens.stream().sorted().collect(Collectors.joining(",")));
        settings.put("tokenSecret", tokenSecret == null ? "" : tokenSecret);
        return settings;
    }

    /** Without tokens and secret. */
    @Override
    public String toString() {
        return "AccessRule[maxSubscribers=" + maxSubscribers + ", maxSubscribersPerIp=" + maxSubscribersPerIp
                + ", allowedIps=" + allowedIps + ", needsToken=" + needsToken() + "]";
    }
}
