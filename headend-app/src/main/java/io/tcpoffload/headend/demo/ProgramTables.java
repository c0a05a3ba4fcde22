// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend.demo;

import java.nio.ByteBuffer;

/**
 * What the demo needs of the program specific information (13818-1, 2.4.4): the PMT's PID from the PAT, the PCR's and the
 * H.264 video's PID from the PMT. Each table is one section in one packet, as small programmes have it.
 */
final class ProgramTables {

    private static final int PROGRAM_ASSOCIATION_TABLE_ID = 0;
    private static final int PROGRAM_MAP_TABLE_ID = 2;
    /** stream_type of ITU-T H.264 video (2.4.4.9, table 2-34). */
    private static final int H264 = 0x1B;
    private static final int CRC = 4;
    private static final int NONE = -1;

    private int pmtPid = NONE;
    private int pcrPid = NONE;
    private int videoPid = NONE;

    /** Reads the PAT's packet; why it can't be used, or null. */
    String readAssociation(ByteBuffer buffer, TsPacket packet) {
        int section = section(buffer, packet, PROGRAM_ASSOCIATION_TABLE_ID);
        if (section < 0) {
            return "it holds no whole PAT section";
        }
        for (int at = section + 8; at + 4 <= sectionEnd(buffer, section); at += 4) {
            boolean isProgram = buffer.getShort(at) != 0;
            if (isProgram) {
                pmtPid = pid(buffer, at + 2);
                return null;
            }
        }
        return "its PAT names no programme";
    }

    /** Reads the PMT's packet; why it can't be used, or null. */
    String readMap(ByteBuffer buffer, TsPacket packet) {
        int section = section(buffer, packet, PROGRAM_MAP_TABLE_ID);
        if (section < 0) {
            return "it holds no whole PMT section";
        }
        pcrPid = pid(buffer, section + 8);
        int at = section + 12 + length(buffer, section + 10);
        while (at + 5 <= sectionEnd(buffer, section)) {
            if ((buffer.get(at) & 0xFF) == H264) {
                videoPid = pid(buffer, at + 1);
                return null;
            }
            at += 5 + length(buffer, at + 3);
        }
        return "its PMT names no H.264 video";
    }

    int pmtPid() {
        return pmtPid;
    }

    int pcrPid() {
        return pcrPid;
    }

    int videoPid() {
        return videoPid;
    }

    /** Where the table's section begins in the buffer, behind the pointer field; -1 if it isn't wholly in this packet. */
    private static int section(ByteBuffer buffer, TsPacket packet, int tableId) {
        if (!packet.payloadUnitStart() || packet.payloadOffset() >= packet.end()) {
            return NONE;
        }
        int section = packet.payloadOffset() + 1 + (buffer.get(packet.payloadOffset()) & 0xFF);
        boolean whole = section + 12 <= packet.end() && sectionEnd(buffer, section) + CRC <= packet.end();
        return whole && buffer.get(section) == tableId ? section : NONE;
    }

    /** The end of a section's entries: where its CRC begins. */
    private static int sectionEnd(ByteBuffer buffer, int section) {
        return section + 3 + length(buffer, section + 1) - CRC;
    }

    private static int length(ByteBuffer buffer, int at) {
        return buffer.getShort(at) & 0x0FFF;
    }

    private static int pid(ByteBuffer buffer, int at) {
        return buffer.getShort(at) & 0x1FFF;
    }
}
