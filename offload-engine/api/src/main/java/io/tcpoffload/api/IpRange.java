// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.api;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Addresses that begin alike, in CIDR notation (RFC 4632 section 3.1): {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or a
 * single address. Immutable.
 */
public final class IpRange {

    private static final Pattern FORM = Pattern.compile("([0-9.]{7,15}|[0-9A-Fa-f:.]{2,45})(?:/(\\d{1,3}))?");
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");

    private final byte[] address;
    private final int bits;
    private final String text;

    private IpRange(byte[] address, int bits, String text) {
        this.address = address;
        this.bits = bits;
        this.text = text;
    }

    /**
     * @param option the option's name, for the error message
     * @param text   an address, or an address, a slash and the number of bits in which all agree
     * @throws OffloadException naming the option, the text and what would be right
     */
    public static IpRange parse(String option, String text) {
        var m = FORM.matcher(text.strip());
        if (m.matches() && (m.group(1).contains(":") || IPV4.matcher(m.group(1)).matches())) {
            try {
                byte[] address = InetAddress.getByName(m.group(1)).getAddress();
                int bits = m.group(2) == null ? address.length * 8 : Integer.parseInt(m.group(2));
                if (bits <= address.length * 8) {
                    return new IpRange(address, bits, text.strip());
                }
            } catch (UnknownHostException e) {
                // As wrong as any other text.
            }
        }
        throw new OffloadException(option + " '" + text + "' is not valid: addresses or ranges such as 10.0.0.0/8, "
                + "192.168.1.7 or 2001:db8::/32, separated by commas");
    }

    /** Ranges separated by commas; none for an empty text. */
    public static List<IpRange> parseList(String option, String text) {
        return text.isBlank() ? List.of()
                : Arrays.stream(text.split(",")).map(range -> parse(option, range)).toList();
    }

    public boolean contains(InetAddress candidate) {
        byte[] other = candidate.getAddress();
        if (other.length != address.length) {
            return false;
        }
        int whole = bits / 8;
        int rest = bits % 8;
        return Arrays.equals(address, 0, whole, other, 0, whole)
                && (rest == 0 || (address[whole] ^ other[whole]) >> 8 - rest == 0);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof IpRange range && bits == range.bits && Arrays.equals(address, range.address);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(address) * 31 + bits;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
