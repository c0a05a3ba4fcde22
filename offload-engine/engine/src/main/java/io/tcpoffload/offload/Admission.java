// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.offload;

import io.tcpoffload.api.TransportMode;
import io.tcpoffload.channel.Cursor;
import io.tcpoffload.core.Sender;
import io.tcpoffload.core.SenderConfig;
import io.tcpoffload.kernel.Device;
import io.tcpoffload.kernel.KernelException;
import io.tcpoffload.kernel.KernelSide;
import io.tcpoffload.kernel.SessionState;
import io.tcpoffload.kernel.TcpState;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where take-over ends: a session in the loop, or a viewer for the ordinary transport. On the take-over thread. */
final class Admission implements TakeOver.Outcome {

    /** Lets the ordinary transport serve a viewer whose response head has been sent. */
    interface Fallback {
        void serve(TakeOver.Candidate candidate, String reason);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

    private final KernelSide kernel;
    private final SenderSettings settings;
    private final Consumer<ViewerSession> admit;
    private final Fallback fallback;

    Admission(KernelSide kernel, SenderSettings settings, Consumer<ViewerSession> admit, Fallback fallback) {
        this.kernel = kernel;
        this.settings = settings;
        this.admit = admit;
        this.fallback = fallback;
    }

    @Override
    public void taken(TakeOver.Candidate candidate, Device device, TcpState tcp) {
        candidate.viewer().carriedBy(TransportMode.OFFLOAD);
        Cursor cursor = candidate.viewer().begin();
        admit.accept(new ViewerSession(candidate.viewer().id(), candidate.slot(), candidate.socket().localAddress(),
                candidate.socket().remoteAddress(), device, kernel.sessions(), cursor,
                sender(kernel.sessions().mss(candidate.slot()), tcp), tcp, settings));
    }

    private Sender sender(int mss, TcpState tcp) {
        long nowNs = System.nanoTime();
        SenderConfig config = settings.config(mss, tcp.ecn()).build();
        Sender sender = new Sender(config, tcp.sndNxt(), tcp.sndWnd(), tcp.sack(), nowNs);
        if (tcp.rttMicros() > 0) {
            sender.seedRtt(TimeUnit.MICROSECONDS.toNanos(tcp.rttMicros()));
        }
        if (tcp.state() == TcpState.CLOSE_WAIT) {
            sender.onPeerFin(nowNs);
        }
        return sender;
    }

    @Override
    public void left(TakeOver.Candidate candidate, String reason) {
        release(candidate);
        fallback.serve(candidate, reason);
    }

    @Override
    public void gone(TakeOver.Candidate candidate) {
        release(candidate);
        candidate.viewer().refuse();
        candidate.socket().close();
    }

    private void release(TakeOver.Candidate candidate) {
        kernel.sessions().state(candidate.slot(), SessionState.FREE);
        try {
            kernel.flows().remove(candidate.socket().localAddress(), candidate.socket().remoteAddress());
        } catch (KernelException e) {
            LOG.warn("Flow of {} stays in the table: {}", candidate.socket().remoteAddress(), e.getMessage());
        }
        kernel.sessions().free(candidate.slot());
    }
}
