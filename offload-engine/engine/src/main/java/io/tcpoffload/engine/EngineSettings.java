// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.engine;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Describes the settings of {@link EngineConfig} to configuration tools (OSGi metatype). */
@ObjectClassDefinition(name = "TCP offload engine", description = "Transport, listener and limits of the engine")
@interface EngineSettings {

    @AttributeDefinition(description = "host:port of the default listener; 0.0.0.0:port opens it to every IPv4 network, [::]:port to IPv6, too")
    String listener() default "127.0.0.1:8080";

    @AttributeDefinition(description = "auto, offload or nio; auto takes offload where the system allows it")
    String transport() default "auto";

    @AttributeDefinition(description = "auto, or interface names separated by commas, or none: only those on which a connection is adopted")
    String devices() default "auto";

    @AttributeDefinition(description = "Name that tells two engines on one machine apart: letters, digits, - and _. "
            + "Empty: made from Karaf's directory")
    String instance() default "";

    @AttributeDefinition(description = "Size of the session table, 1 to 65536")
    int maxSessions() default 16384;

    @AttributeDefinition(description = "Directory of the channels' stores; a tmpfs keeps them in memory. "
            + "Empty: /dev/shm/tcpoffload-USER")
    String storeDirectory() default "";

    @AttributeDefinition(description = "off, or the path of a Unix domain socket by which local programs of root and of the engine's "
            + "user give the engine their connections")
    String control() default "off";

    @AttributeDefinition(description = "on or off: data leaves at a rate that suits the viewer's path, and not a window at once")
    String pacing() default "on";

    @AttributeDefinition(description = "Most bytes that pacing lets leave back to back, 1500 to 65535")
    int maxBurst() default 65535;

    @AttributeDefinition(description = "Ceiling of a viewer's rate in bits a second, 8000 or more; 0 for none")
    long maxRate() default 0;

    @AttributeDefinition(description = "cubic or newreno: how the congestion window grows and shrinks")
    String congestion() default "cubic";

    @AttributeDefinition(description = "on or off: use of congestion marks where a viewer negotiated them")
    String ecn() default "on";

    @AttributeDefinition(description = "Congestion window at the start, in segments, 1 to 100")
    int initialWindow() default 10;

    @AttributeDefinition(description = "Seconds that viewers' connections are kept while no engine runs, 2 to 86400; then "
            + "they are reset")
    int grace() default 60;

    @AttributeDefinition(description = "keep or end: what becomes of viewers when the engine stops in good order, as for an update")
    String onStop() default "keep";

    @AttributeDefinition(description = "off, or the bytes from which on a file that a handler answers with is sent by the ring")
    String ringReplies() default "off";
}
