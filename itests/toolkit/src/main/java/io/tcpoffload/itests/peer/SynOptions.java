// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.peer;

/**
 * What a peer's SYN offers.
 *
 * @param mss        0 for no such option
 * @param scale      shift of its windows, -1 for no window scaling
 * @param sack       SACK permitted
 * @param timestamps RFC 7323
 * @param ecn        ECN setup (RFC 3168 section 6.1.1)
 * @param window     raw window field of everything that it sends, until changed
 */
public record SynOptions(int mss, int scale, boolean sack, boolean timestamps, boolean ecn, int window) {

    private static final int WINDOW = 65535;

    /** What nearly every viewer has: MSS 1460, scale 7, SACK, timestamps. */
    public static SynOptions usual() {
        return new SynOptions(1460, 7, true, true, false, WINDOW);
    }

    /** MSS 1460 and nothing else: numbers in a script are then whole segments of 1460 bytes. */
    public static SynOptions plain() {
        return new SynOptions(1460, -1, false, false, false, WINDOW);
    }

    public SynOptions withMss(int bytes) {
        return new SynOptions(bytes, scale, sack, timestamps, ecn, window);
    }

    public SynOptions withScale(int shift) {
        return new SynOptions(mss, shift, sack, timestamps, ecn, window);
    }

    public SynOptions withSack() {
        return new SynOptions(mss, scale, true, timestamps, ecn, window);
    }

    public SynOptions withTimestamps() {
        return new SynOptions(mss, scale, sack, true, ecn, window);
    }

    public SynOptions withEcn() {
        return new SynOptions(mss, scale, sack, timestamps, true, window);
    }

    /** The raw field. */
    public SynOptions withWindow(int raw) {
        return new SynOptions(mss, scale, sack, timestamps, ecn, raw);
    }
}
