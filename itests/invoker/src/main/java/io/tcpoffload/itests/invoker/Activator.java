// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.invoker;

import java.util.Dictionary;
import java.util.Hashtable;
import org.ops4j.pax.exam.ProbeInvokerFactory;
import org.osgi.annotation.bundle.Header;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Offers the driver {@code jupiter}; without Declarative Services, which a stock Karaf does not have. */
@Header(name = "Bundle-Activator", value = "${@class}")
public final class Activator implements BundleActivator {

    @Override
    public void start(BundleContext context) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("driver", "jupiter");
        context.registerService(ProbeInvokerFactory.class,
                (probe, expression) -> new MethodInvoker((BundleContext) probe, expression), properties);
    }

    @Override
    public void stop(BundleContext context) {
        // the framework takes the service back
    }
}
