// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.wire;

import io.tcpoffload.itests.ControlClient;
import io.tcpoffload.itests.Fields;

/** A connection that the engine has taken out of the kernel sender's process. */
final class AdoptedControl implements Control {

    private final ControlClient engine;
    private final String session;

    AdoptedControl(ControlClient engine, String session) {
        this.engine = engine;
        this.session = session;
    }

    @Override
    public void write(int bytes) {
        engine.order("write " + session + " " + bytes);
    }

    @Override
    public void shutdown() {
        engine.order("shutdown " + session);
    }

    @Override
    public void close() {
        engine.order("close " + session);
    }

    @Override
    public void abort() {
        engine.order("abort " + session);
    }

    @Override
    public String fault(byte[] stream) {
        return KernelControl.difference(stream, new byte[stream.length]);
    }

    @Override
    public boolean alive() {
        return (" " + engine.order("sessions") + " ").contains(" " + session + " ");
    }

    @Override
    public long settle(long segments) {
        alive();
        alive(); // commands come first in a turn: after the second the first's turn is over
        return UNKNOWN;
    }

    @Override
    public long cwnd() {
        return new Fields(engine.ask("info " + session)).number("cwnd");
    }
}
