// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.core;

/**
 * Whether a retransmission timeout was spurious (F-RTO, RFC 5682 2.1 and 3.1, as Linux tcp_process_loss): if data that
 * left only once arrives after it, that data was late, not lost.
 */
final class ForwardRto {

    /** What an acknowledgement after a timeout says. */
    enum Verdict {
        UNDECIDED,
        /** Undo what the timeout did. */
        SPURIOUS,
        /** The loss was real: what waited for this goes on at once. */
        REAL
    }

    private enum Step {
        OFF,
        /** Step 2: the first segment left again, nothing has been heard since. */
        FIRST_ACK,
        /** Step 2b: the first acknowledgement may have been for either transmission, so new data is to find out. */
        NEW_DATA,
        /** Step 3: new data left. */
        SECOND_ACK
    }

    private Step step = Step.OFF;

    /** @param eligible first timeout outside recovery; one that follows it goes on */
    void onTimeout(boolean eligible) {
        step = eligible || step != Step.OFF ? Step.FIRST_ACK : Step.OFF;
    }

    void stop() {
        step = Step.OFF;
    }

    /**
     * @param originalArrived whether data that left only once, before the timeout, arrived
     * @param advanced whether the cumulative acknowledgement went forward
     * @param newDataWaits whether there is new data to send and window for it
     */
    Verdict onAck(boolean originalArrived, boolean advanced, boolean newDataWaits) {
        if (step == Step.OFF) {
            return Verdict.UNDECIDED;
        }
        if (originalArrived) {
            step = Step.OFF;
            return Verdict.SPURIOUS;
        }
        if (step == Step.FIRST_ACK) {
            if (advanced) {
                step = newDataWaits ? Step.NEW_DATA : Step.OFF;
            }
            return Verdict.UNDECIDED;
        }
        // RFC 5682 2.1 3a: a duplicate, or an acknowledgement of nothing but retransmissions
        step = Step.OFF;
        return Verdict.REAL;
    }

    void onNewDataSent() {
        if (step == Step.NEW_DATA) {
            step = Step.SECOND_ACK;
        }
    }

    /** There is nothing new to send after all, or no window for it: the conventional way. */
    void onNoNewData() {
        if (step == Step.NEW_DATA) {
            step = Step.OFF;
        }
    }

    /** True while retransmissions wait for new data. */
    boolean prefersNewData() {
        return step == Step.NEW_DATA || step == Step.SECOND_ACK;
    }
}
