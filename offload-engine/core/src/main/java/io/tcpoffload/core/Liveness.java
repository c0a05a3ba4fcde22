// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/** When the viewer was last heard, what it took last, and which probes it has not answered. */
final class Liveness {

    private long heardNs;
    private long sentNs;
    private long progressNs;
    private int unanswered;
    private long unansweredSinceNs;

    Liveness(long nowNs) {
        heardNs = nowNs;
        sentNs = nowNs;
        progressNs = nowNs;
    }

    /** An acceptable segment arrived. */
    void onHeard(long arrivalNs) {
        if (arrivalNs > heardNs) {
            heardNs = arrivalNs;
            unanswered = 0;
        }
    }

    void onSent(long nowNs) {
        sentNs = nowNs;
    }

    /** Data was acknowledged, or the first data of a flight left. */
    void onProgress(long nowNs) {
        progressNs = nowNs;
    }

    void onProbe(long nowNs) {
        if (unanswered == 0) {
            unansweredSinceNs = nowNs;
        }
        unanswered++;
    }

    boolean isNews(long arrivalNs) {
        return arrivalNs > heardNs;
    }

    int unanswered() {
        return unanswered;
    }

    /** Since when probes are unanswered; {@code nowNs} when none is. */
    long unansweredSinceNs(long nowNs) {
        return unanswered == 0 ? nowNs : unansweredSinceNs;
    }

    long sentNs() {
        return sentNs;
    }

    long progressNs() {
        return progressNs;
    }

    /** Since when nothing has gone either way. */
    long quietSinceNs() {
        return Math.max(heardNs, sentNs);
    }
}
