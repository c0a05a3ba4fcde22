// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

/** How a session ended, for people. */
enum Ending {

    /** FIN both ways, and what follows from it. */
    CLOSED("closed"),
    /** By the peer's reset. */
    RESET("reset"),
    /** By a reset of ours. */
    ABORTED("aborted"),
    /** The peer acknowledged nothing for too long. */
    TIMED_OUT("timed-out"),
    /** Its device is gone. */
    DEVICE_LOST("device-lost"),
    /** The kernel has it again. */
    HANDED_BACK("handed-back");

    private final String text;

    Ending(String text) {
        this.text = text;
    }

    static Ending of(OffloadCounter reason) {
        return switch (reason) {
            case DEAD_VIEWERS -> TIMED_OUT;
            case DEVICES_LOST -> DEVICE_LOST;
            default -> ABORTED;
        };
    }

    /** What a viewer's connection failed of; null if it did not. */
    String failure() {
        return switch (this) {
            case RESET -> "the viewer reset the connection";
            case TIMED_OUT -> "the viewer acknowledged nothing for too long";
            case DEVICE_LOST -> "the network device is gone";
            default -> null;
        };
    }

    String text() {
        return text;
    }
}
