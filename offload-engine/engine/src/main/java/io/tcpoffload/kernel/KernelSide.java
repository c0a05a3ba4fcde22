// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import io.tcpoffload.api.SystemFeature;
import java.util.List;

/**
 * The door to the kernel: loads the programs, maps the tables, attaches to devices.
 *
 * <p>Order at take-over of a connected socket:
 * <ol>
 * <li>{@link #attach} the device, {@link SessionTable#allocate}, state LEARN, {@link FlowTable#put};</li>
 * <li>send the response head by the ordinary socket; wait until {@link SessionTable#templateNs} is not 0 and
 *     {@link TcpRepair#unsent} is 0;</li>
 * <li>state TAKING, {@link #settle()}, {@link TcpRepair#enter}, {@link TcpRepair#read}; when something is unread or
 *     unsent: {@link TcpRepair#leaveSilently}, state LEARN, and again later;</li>
 * <li>{@link SessionTable#complete}, close the socket, state OWNED.</li>
 * </ol>
 * At the end: state LINGER, later {@link FlowTable#remove}, then {@link SessionTable#free}.
 */
public final class KernelSide implements AutoCloseable {

    private KernelSide() {
    }

    /** What offload needs of this system, one entry each. Never fails and leaves nothing behind. */
    public static List<SystemFeature> probe() {
        throw new UnsupportedOperationException();
    }

    /**
     * Loads the programs and pins them under {@code /sys/fs/bpf/tcpoffload/<instance>/}. What a killed run of the same
     * instance left there is removed first.
     *
     * @throws KernelException with one line that names cause and remedy
     */
    public static KernelSide open(KernelConfig config) throws KernelException {
        throw new UnsupportedOperationException();
    }

    public SessionTable sessions() {
        throw new UnsupportedOperationException();
    }

    public JobList jobs() {
        throw new UnsupportedOperationException();
    }

    public FlowTable flows() {
        throw new UnsupportedOperationException();
    }

    public EventRing events() {
        throw new UnsupportedOperationException();
    }

    public KernelCounters counters() {
        throw new UnsupportedOperationException();
    }

    /**
     * Attaches hook and builder to the device and makes its ring; the same device again gives the same object.
     *
     * @throws KernelException when the device does not exist or is not Ethernet or loopback
     */
    public Device attach(String interfaceName) throws KernelException {
        throw new UnsupportedOperationException();
    }

    public List<Device> devices() {
        throw new UnsupportedOperationException();
    }

    /**
     * Waits until packets that passed the hook before this call have been dealt with by the kernel's TCP
     * (membarrier, some milliseconds). Once for any number of sessions that have just been set to TAKING.
     */
    public void settle() throws KernelException {
        throw new UnsupportedOperationException();
    }

    /** Detaches from every device, removes qdiscs that we made and nobody else uses, pins and mappings. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
