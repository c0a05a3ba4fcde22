// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import static io.tcpoffload.api.ChannelSpecTest.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AccessRuleTest {

    private static final String SECRET = "a key that nobody guesses";
    /** By openssl dgst -sha256 -hmac KEY -binary, in base64url. */
    private static final String SIGNATURE = "oAn6dI-OMhuNnuw6xX-8PHthMuZzTocz-dEydglw7U0";

    @Test
    void admitsEverybodyByDefault() throws Exception {
        assertTrue(AccessRule.NONE.allows(InetAddress.getByName("192.0.2.1")));
        assertTrue(AccessRule.NONE.allows("", "news"));
    }

    @Test
    void comparesAddressesBitByBit() throws Exception {
        AccessRule rule = AccessRule.NONE.withAllowedIps("10.0.0.0/8, 192.0.2.128/25,2001:db8::/33");
        assertTrue(rule.allows(InetAddress.getByName("10.255.3.4")));
        assertFalse(rule.allows(InetAddress.getByName("11.0.0.1")));
        assertTrue(rule.allows(InetAddress.getByName("192.0.2.200")));
        assertFalse(rule.allows(InetAddress.getByName("192.0.2.127")));
        assertTrue(rule.allows(InetAddress.getByName("2001:db8:7fff::1")));
        assertFalse(rule.allows(InetAddress.getByName("2001:db8:8000::1")));
        assertTrue(AccessRule.NONE.withAllowedIps("0.0.0.0/0").allows(InetAddress.getByName("255.1.1.1")));
    }

    @Test
    void refusesWhatIsNoAddress() {
        for (String wrong : new String[] {"10.0.0.0/33", "localhost", "1.2.3", "300.1.1.1", "::/129", "", "10.0.0.1/"}) {
            refused("allowedIps '" + wrong + "' is not valid: addresses or ranges such as 10.0.0.0/8, 192.168.1.7 or "
                    + "2001:db8::/32, separated by commas", () -> IpRange.parse("allowedIps", wrong));
        }
    }

    @Test
    void takesListedAndSignedTokensSideBySide() {
        AccessRule rule = AccessRule.NONE.withTokens("apple, pear").withTokenSecret(SECRET);
        String signed = SignedToken.of(SECRET, "news", Instant.now().plusSeconds(60));
        assertTrue(rule.allows("pear", "news"));
        assertTrue(rule.allows(signed, "news"));
        assertFalse(rule.allows(signed, "sport"));
        assertFalse(rule.allows("", "news"));
        assertFalse(rule.allows(signed.replace('.', ':'), "news"));
        assertFalse(rule.allows("9" + signed, "news"));
    }

    @Test
    void refusesASignedTokenAfterItsTime() {
        AccessRule rule = AccessRule.NONE.withTokenSecret(SECRET);
        assertFalse(rule.allows(SignedToken.of(SECRET, "news", Instant.now().minusSeconds(1)), "news"));
    }

    @Test
    void signsAsItsDescriptionSays() {
        assertEquals("1700000000." + SIGNATURE, SignedToken.of(SECRET, "news", Instant.ofEpochSecond(1_700_000_000)));
    }

    @Test
    void namesWhatIsWrong() {
        refused("maxSubscribers -1 is out of range: 0 to 2147483647, 0 meaning any number",
                () -> AccessRule.NONE.withMaxSubscribers(-1));
        refused("tokenSecret is too short with 5 characters: 16 or more", () -> AccessRule.NONE.withTokenSecret("short"));
        refused("tokenParameter 'a b' is not valid: 1 to 64 letters, digits, '.', '_', '~' or '-', such as token",
                () -> AccessRule.NONE.withTokenParameter("a b"));
    }
}
