// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.channel.CloseReason;
import io.tcpoffload.channel.Extent;
import io.tcpoffload.channel.Source;
import io.tcpoffload.channel.Step;
import java.nio.ByteBuffer;

/** Of a session that there is nothing left to send to but a reset. */
final class EndedSource implements Source {

    static final EndedSource INSTANCE = new EndedSource();

    private EndedSource() {
    }

    @Override
    public Step next(Extent out) {
        return Step.CLOSE;
    }

    @Override
    public void advance(int bytes) {
        throw new IllegalStateException("nothing was there to send");
    }

    @Override
    public boolean locate(long at, Extent out) {
        return false;
    }

    @Override
    public boolean copy(long at, int memoryOffset, int length, ByteBuffer to, int index) {
        return false;
    }

    @Override
    public int unit() {
        return 1;
    }

    @Override
    public boolean pushedAt(long end) {
        return false;
    }

    @Override
    public boolean rescue(Extent out) {
        return false;
    }

    @Override
    public boolean isTooSlow() {
        return true;
    }

    @Override
    public long position() {
        return -1;
    }

    @Override
    public long lag() {
        return 0;
    }

    @Override
    public long jumps() {
        return 0;
    }

    @Override
    public CloseReason closeReason() {
        return CloseReason.LOST;
    }

    @Override
    public boolean isOpen() {
        return false;
    }

    @Override
    public Object stream() {
        return this;
    }

    @Override
    public String name() {
        return "no channel";
    }

    @Override
    public void close() {
        // nothing is held
    }
}
