// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import io.tcpoffload.api.SystemFeature;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The door to the kernel: loads the programs, maps the tables, attaches to devices.
 *
 * <p>Order at take-over of a connected socket:
 * <ol>
 * <li>{@link #attach} the device, {@link SessionTable#allocate}, state LEARN, {@link FlowTable#put};</li>
 * <li>send the response head by the ordinary socket; wait until {@link SessionTable#templateNs} is not 0 and
 *     {@link TcpRepair#unsent} is 0;</li>
 * <li>state TAKING, {@link #settle()}; when {@link TcpRepair#unread} or unsent is not 0: state LEARN, and again
 *     later; else {@link TcpRepair#enter}, {@link TcpRepair#read};</li>
 * <li>{@link SessionTable#complete}, close the socket, state OWNED.</li>
 * </ol>
 * At the end: state LINGER, later {@link FlowTable#remove}, then {@link SessionTable#free}.
 */
public final class KernelSide implements AutoCloseable {

    private static final int PAGE_BYTES = 4096;

    private final KernelConfig config;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Map<Integer, Device> devices = new ConcurrentHashMap<>();
    private final KernelObject object;
    private final PinDirectory pins;
    private final boolean resumed;
    private final List<String> notes = new ArrayList<>();
    private final EngineState engine;
    private final Resumption resumption;
    private final SessionTable sessions;
    private final JobList jobs;
    private final FlowTable flows;
    private final EventRing events;
    private final KernelCounters counters;
    private final ReceivePathBarrier barrier;
    private final RouteQuery routes;
    /** Not 0, and different for each engine, so that engines that share a device know their own posts. */
    private final int mark = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final String owner;
    private volatile PostDevice posts;
    private Guard guard;
    private boolean closed;

    private KernelSide(KernelConfig config) throws KernelException {
        this.config = config;
        pins = keep(PinDirectory.open(config.instance()));
        try (FormerState former = takeable(FormerState.of(pins))) {
            resumed = former != null;
            int capacity = resumed ? former.maxSessions() : config.maxSessions();
            if (resumed) {
                pins.leave();
            }
            object = keep(KernelObject.load(config, mark, former));
            engine = new EngineState(map(KernelObject.ENGINE, EngineDescriptor.BYTES));
            resumption = new Resumption(map(KernelObject.RESUMPTION, (long) capacity * Resumption.BYTES));
            sessions = new SessionTable(map(KernelObject.SESSIONS, (long) capacity * SessionDescriptor.BYTES), resumption);
            jobs = new JobList(map(KernelObject.JOBS, (long) config.jobs() * JobList.BYTES));
            flows = new FlowTable(object.map(KernelObject.FLOWS), capacity);
            counters = new KernelCounters(map(KernelObject.COUNTERS,
                    (long) KernelCounters.SHARDS * KernelCounters.ROW * Long.BYTES));
            events = openEvents();
            barrier = keep(new ReceivePathBarrier());
            routes = keep(new RouteQuery());
            if (resumed) {
                engine.takeOver(config);
            } else {
                engine.begin(config);
            }
            object.pin(pins, resumed);
            owner = pins.own();
            if (resumed) {
                resume();
            }
        } catch (KernelException | RuntimeException e) {
            release();
            throw e;
        }
    }

    /** The former engine's state if it can be gone on with. If not, its viewers are reset and all of it is removed. */
    private FormerState takeable(FormerState former) throws KernelException {
        if (former == null) {
            pins.clear();
            return null;
        }
        if (former.refusal() == null) {
            if (former.maxSessions() != config.maxSessions()) {
                notes.add("maxSessions stays " + former.maxSessions() + " as long as viewers of the former engine watch; "
                        + config.maxSessions() + " takes effect with a start without viewers");
            }
            return former;
        }
        notes.add("What a former engine left is removed, " + former.refusal() + ": " + end(former.engine()));
        former.close();
        for (TrafficFilter filter : leftFilters()) {
            filter.close();
        }
        pins.clear();
        return null;
    }

    /** Lets the former engine's programs reset its viewers. What became of them, in words. */
    private static String end(EngineState former) {
        if (former == null) {
            return "its viewers are reset by this system when they send something";
        }
        return (former.phase() == EngineDescriptor.REAPED || Knock.untilReaped(former) ? "" : "not all, but ")
                + former.reset() + " of its viewers were reset";
    }

    private List<TrafficFilter> leftFilters() throws KernelException {
        int handle = TrafficFilter.handle(config.instance());
        List<TrafficFilter> filters = new ArrayList<>();
        for (String device : NetworkNamespace.devices()) {
            for (int point : new int[] {TrafficFilter.INGRESS, TrafficFilter.EGRESS}) {
                TrafficFilter filter = TrafficFilter.find(device, point, handle);
                if (filter != null) {
                    filters.add(filter);
                }
            }
        }
        return filters;
    }

    /**
     * Puts the new programs in place of the former ones, and removes what cannot be gone on with: connections whose socket
     * ended with the former engine's process, and records that no packet leads to any more.
     */
    private void resume() throws KernelException {
        for (TrafficFilter filter : leftFilters()) {
            if (filter.point() == TrafficFilter.INGRESS) {
                attach(filter.device());
            }
        }
        settle();
        engine.takeOver(config); // a knock that was under way may have ended the grace
        Set<Integer> found = new HashSet<>();
        for (Flow flow : flows.entries()) {
            int state = sessions.state(flow.session());
            if (state == SessionState.FREE || state == SessionState.LEARN) {
                drop(flow);
            } else {
                found.add(flow.session());
            }
        }
        for (int id = 0; id < sessions.capacity(); id++) {
            if (!found.contains(id)) {
                sessions.discard(id);
            }
        }
    }

    /**
     * Sets the loopback device up where it is down, as in a network namespace that is new: frames enter the kernel by it.
     *
     * @return whether it was down
     * @throws KernelException when it can't be set up, as without CAP_NET_ADMIN
     */
    public static boolean setLoopbackUp() throws KernelException {
        if (PostDevice.isUp()) {
            return false;
        }
        PostDevice.setUp();
        return true;
    }

    /** What offload needs of this system, one entry each. Never fails and leaves nothing behind. */
    public static List<SystemFeature> probe() {
        return SystemProbe.probe();
    }

    /**
     * Loads the programs and pins them under {@code /sys/fs/bpf/tcpoffload/<instance>/}. Where a former engine of the
     * instance was suspended or killed, its sessions, flows and counters are gone on with ({@link #resumed}), and the new
     * programs are put in place of the former ones on all its devices, with no packet in between unseen. If they are of
     * another layout or damaged, they are removed, and {@link #notes} tells why.
     *
     * <p>After a resumption, before anything is allocated: {@link SessionTable#claim} or {@link #drop} each of {@link
     * FlowTable#entries()}. Their states are TAKING, OWNED or LINGER. The event ring is a new one: what happened before is
     * in the records ({@link SessionTable#finReceived}, {@link SessionTable#resetReceived}, una, window, SACK blocks), and
     * what needed an answer is repeated by the viewer.
     *
     * @throws KernelException with one line that names cause and remedy
     */
    public static KernelSide open(KernelConfig config) throws KernelException {
        SystemProbe.require();
        return new KernelSide(config);
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    private ByteBuffer map(String name, long bytes) throws KernelException {
        return keep(new MappedMemory(name, object.map(name), 0, bytes, Libc.PROT_READ | Libc.PROT_WRITE)).buffer();
    }

    private EventRing openEvents() throws KernelException {
        int fd = object.map(KernelObject.EVENTS);
        MappedMemory consumer = keep(new MappedMemory("events, consumer", fd, 0, PAGE_BYTES,
                Libc.PROT_READ | Libc.PROT_WRITE));
        MappedMemory producer = keep(new MappedMemory("events, producer", fd, PAGE_BYTES,
                PAGE_BYTES + 2L * config.eventBytes(), Libc.PROT_READ));
        return new EventRing(consumer.buffer(), producer.buffer(), PAGE_BYTES);
    }

    /** Whether the tables are those of a former engine. */
    public boolean resumed() {
        return resumed;
    }

    /** What became of a former engine's state, for the log: lines, none as a rule. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** What the engine keeps of its sessions for the next one. */
    public Resumption resumption() {
        return resumption;
    }

    /**
     * Tells the programs that the engine lives, each turn of the loop: a store in mapped memory, at most each 10 ms. When
     * it stops, the programs answer the viewers after a second, and after {@link KernelConfig#graceNs} they reset them: an
     * engine whose process was stopped for longer finds such sessions in state LINGER.
     *
     * @param nowNs {@link System#nanoTime()}
     */
    public void heartbeat(long nowNs) {
        engine.heartbeat(nowNs);
    }

    /**
     * Starts the process that outlives this one: if no engine comes back within the grace, it lets the programs reset the
     * viewers that say nothing, and removes kernel objects and stores. Once; an orderly {@link #close} ends it, and so does
     * the next engine.
     *
     * @param stores directory of the instance's stores, which is removed with the rest, or null
     * @return what is missing on this system, so that there is none and silent viewers wait for the next start; empty if it
     *         runs
     * @throws KernelException when it can't be started
     */
    public synchronized List<String> guard(java.nio.file.Path stores) throws KernelException {
        List<String> missing = Guard.missing();
        if (missing.isEmpty() && guard == null && !closed) {
            guard = Guard.start(config, owner, sessions.capacity(), stores);
        }
        return missing;
    }

    /** Ends a session that is not gone on with: its packets are the kernel's again, which resets the viewer. */
    public void drop(Flow flow) throws KernelException {
        flows.remove(flow.local(), flow.viewer(), flow.session());
        sessions.discard(flow.session());
    }

    public SessionTable sessions() {
        return sessions;
    }

    public JobList jobs() {
        return jobs;
    }

    public FlowTable flows() {
        return flows;
    }

    public EventRing events() {
        return events;
    }

    public KernelCounters counters() {
        return counters;
    }

    /** File descriptor of a loaded program, for test runs. */
    int program(String name) throws KernelException {
        return object.program(name);
    }

    int mark() {
        return mark;
    }

    /** What goes to any attached device is posted here. Not before the first {@link #attach}. */
    public DmaRing ring() {
        return posts.ring();
    }

    /**
     * Attaches the hook to the device, and with the first one the builder to the loopback device; the same device again
     * gives the same object. A device that was deleted and made anew is attached anew.
     *
     * @throws KernelException when the device does not exist or is none of Ethernet, loopback and TUN, or the loopback
     *                         device is down
     */
    public Device attach(int ifindex) throws KernelException {
        Device known = devices.get(ifindex);
        return known != null ? known : attach(InterfaceRequest.name(ifindex));
    }

    /** As {@link #attach(int)}. */
    public synchronized Device attach(String interfaceName) throws KernelException {
        if (closed) {
            throw new KernelException("cannot attach to " + interfaceName + ": the engine is stopping");
        }
        int ifindex = Libc.if_nametoindex(interfaceName);
        if (ifindex == 0) {
            throw new KernelException("no network device '" + interfaceName + "': see ip link for the names");
        }
        Device known = devices.get(ifindex);
        if (known != null) {
            return known;
        }
        int type = InterfaceRequest.linkType(interfaceName);
        String program = program(interfaceName, type);
        int handle = TrafficFilter.handle(config.instance());
        if (posts == null) {
            posts = PostDevice.open(handle, object.program(KernelObject.BUILDER), config.ringFrames(), mark);
        }
        TrafficFilter hook = TrafficFilter.attach(interfaceName, ifindex, TrafficFilter.INGRESS, handle,
                object.program(program));
        if (type == InterfaceRequest.ARPHRD_LOOPBACK) {
            allowLoopback(interfaceName, ifindex, hook);
        }
        Device device = new Device(interfaceName, ifindex, hook);
        devices.put(ifindex, device);
        return device;
    }

    private static String program(String interfaceName, int linkType) throws KernelException {
        return switch (linkType) {
            case InterfaceRequest.ARPHRD_ETHER -> Checksums.finished(interfaceName) ? KernelObject.HOOK
                    : KernelObject.VIRTUAL_HOOK;
            case InterfaceRequest.ARPHRD_LOOPBACK -> KernelObject.VIRTUAL_HOOK;
            case InterfaceRequest.ARPHRD_NONE -> KernelObject.BARE_HOOK;
            default -> throw new KernelException("network device '" + interfaceName + "' has link type " + linkType
                    + ": offload works on Ethernet (1), loopback (772) and TUN (65534)");
        };
    }

    private static void allowLoopback(String name, int ifindex, TrafficFilter hook) throws KernelException {
        try {
            LoopbackRouting.allow(name, ifindex);
        } catch (KernelException e) {
            hook.close();
            throw e;
        }
    }

    /** Detaches from one device, also when it is gone; its {@link Device} is of no use afterwards. */
    public synchronized void detach(Device device) {
        if (devices.remove(device.ifindex(), device)) {
            device.close();
        }
    }

    public List<Device> devices() {
        return List.copyOf(devices.values());
    }

    /**
     * How packets from one of our addresses get to another now. Asks the kernel each time; tens of microseconds.
     *
     * @param local  source address, of the same family
     * @param remote of the viewer; a link-local address carries its interface
     * @throws KernelException when the kernel can't be asked
     */
    public Path path(InetAddress local, InetAddress remote) throws KernelException {
        return routes.path(local, remote, false);
    }

    /**
     * The same for a viewer that has fallen silent: the kernel is also told to ask the next hop whether it is still
     * where it was, and looks for it if not. {@link NetworkListener#onNeighbour} tells what becomes of it.
     */
    public Path doubtedPath(InetAddress local, InetAddress remote) throws KernelException {
        return routes.path(local, remote, true);
    }

    /**
     * Waits until packets that passed the hook before this call have been dealt with by the kernel's TCP: a tenth of a
     * millisecond as a rule, milliseconds where CPUs may not be visited. Once for any number of sessions that have just
     * been set to TAKING. The calling thread must not depend on the CPU it runs on.
     */
    public void settle() throws KernelException {
        barrier.await();
    }

    /**
     * Ends this engine and leaves its sessions to the next one of the instance: programs stay attached, maps pinned. The
     * programs answer the viewers meanwhile, and reset them when nobody comes within {@link KernelConfig#graceNs}. What
     * reads a table afterwards reads zeros.
     */
    public synchronized void suspend() {
        if (closed) {
            return;
        }
        closed = true;
        engine.suspend(System.nanoTime());
        pins.leave();
        devices.clear();
        if (posts != null) {
            posts.leave();
        }
        release();
    }

    /**
     * Detaches from every device, removes qdiscs that we made and nobody else uses, pins and mappings. What reads a
     * table afterwards reads zeros.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (guard != null) {
            guard.close();
        }
        pins.remove();
        devices.values().forEach(Device::close);
        devices.clear();
        if (posts != null) {
            posts.close();
        }
        release();
    }

    private void release() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("closing the kernel side", e);
            }
        }
    }
}
