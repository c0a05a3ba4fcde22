// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests;

/** Makes a veth pair a VLAN trunk: whatever either kernel sends is tagged, and its tags are taken off where it arrives. */
public final class Trunk {

    /** After the engine's own filters, which see what is on the wire. */
    private static final String AFTER_THE_ENGINE = "5000";

    /** What is on the wire. */
    public enum Tags {
        /** 802.1Q, VLAN 5. */
        ONE("push_one"),
        /** 802.1ad VLAN 5 and in it 802.1Q VLAN 6. */
        TWO("push_two"),
        /** 802.1Q, VLAN 0 with a priority: from viewers only, and no reason to answer with a tag. */
        PRIORITY("push_priority");

        private final String program;

        Tags(String program) {
            this.program = program;
        }
    }

    private Trunk() {
    }

    public static void over(Veth veth, Netns servers, Netns viewers, Tags tags) {
        filter(viewers, veth.viewerDevice(), "egress", tags.program);
        filter(servers, veth.serverDevice(), "ingress", "pop");
        if (tags != Tags.PRIORITY) {
            filter(servers, veth.serverDevice(), "egress", tags.program);
            filter(viewers, veth.viewerDevice(), "ingress", "pop");
        }
    }

    private static void filter(Netns ns, String device, String direction, String program) {
        if (!ns.run("tc", "qdisc", "show", "dev", device).contains("clsact")) {
            ns.run("tc", "qdisc", "add", "dev", device, "clsact");
        }
        ns.run("tc", "filter", "add", "dev", device, direction, "prio", AFTER_THE_ENGINE, "bpf", "direct-action",
                "object-file", NativeTool.bpfObject("vlan").toString(), "program", program);
    }
}
