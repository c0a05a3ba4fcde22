// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.succession;

import java.util.Comparator;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.startlevel.BundleStartLevel;

/**
 * Lets a second version of one of our bundles, as it comes about when a jar is dropped into {@code deploy/}, take the place
 * of the first: the lower version stops just before the higher one starts, as in an update in place, and runs again when the
 * higher one is uninstalled. Stops are transient (OSGi core 4.4.6), so that nothing is left of it but the bundle itself.
 *
 * <p>At the framework's start the lower one may run for a moment, until the start level of the other is reached.
 */
public final class Succession implements BundleActivator, SynchronousBundleListener {

    /** Those of which only one can run; of a library several can. */
    private static final Set<String> SINGLES =
            Set.of("io.tcpoffload.engine", "io.tcpoffload.camel", "io.tcpoffload.shell", "io.tcpoffload.headend");

    private static final System.Logger LOG = System.getLogger(Succession.class.getName());

    private BundleContext context;

    @Override
    public void start(BundleContext context) {
        this.context = context;
        context.addBundleListener(this);
    }

    @Override
    public void stop(BundleContext context) {
        context.removeBundleListener(this);
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        Bundle bundle = event.getBundle();
        if (!SINGLES.contains(bundle.getSymbolicName())) {
            return;
        }
        switch (event.getType()) {
            case BundleEvent.STARTING -> others(bundle, other -> isActive(other) && isLower(other, bundle))
                    .forEach(other -> takePlace(bundle, other));
            case BundleEvent.STARTED -> others(bundle, other -> isActive(other) && isLower(bundle, other)).findFirst()
                    .ifPresent(other -> giveWay(bundle, other));
            case BundleEvent.UNINSTALLED -> others(bundle, other -> true).max(Comparator.comparing(Bundle::getVersion))
                    .filter(other -> !isActive(other) && isMeantToRun(other)).ifPresent(other -> comeBack(other, bundle));
            default -> {
                // an update stops and starts a bundle: the other one waits
            }
        }
    }

    private Stream<Bundle> others(Bundle bundle, Predicate<Bundle> condition) {
        return Stream.of(context.getBundles()).filter(other -> other.getBundleId() != bundle.getBundleId()
                && bundle.getSymbolicName().equals(other.getSymbolicName()) && condition.test(other));
    }

    private static boolean isActive(Bundle bundle) {
        return bundle.getState() == Bundle.ACTIVE;
    }

    private static boolean isLower(Bundle one, Bundle other) {
        return one.getVersion().compareTo(other.getVersion()) < 0;
    }

    private static boolean isMeantToRun(Bundle bundle) {
        return bundle.adapt(BundleStartLevel.class).isPersistentlyStarted();
    }

    private static void takePlace(Bundle higher, Bundle lower) {
        LOG.log(System.Logger.Level.WARNING, "{0} is installed beside {1} and takes its place until it is uninstalled; to "
                + "replace it for good: bundle:update {2} file:..., or feature:install --upgrade", name(higher),
                name(lower), Long.toString(lower.getBundleId()));
        stop(lower);
    }

    private static void giveWay(Bundle lower, Bundle higher) {
        LOG.log(System.Logger.Level.WARNING, "{0} does not run, because {1} does: stop or uninstall that first",
                name(lower), name(higher));
        stop(lower);
    }

    private static void stop(Bundle bundle) {
        try {
            bundle.stop(Bundle.STOP_TRANSIENT);
        } catch (BundleException e) {
            LOG.log(System.Logger.Level.ERROR, "{0} did not stop in order: {1}", name(bundle), e.getMessage());
        }
    }

    private static void comeBack(Bundle bundle, Bundle gone) {
        LOG.log(System.Logger.Level.INFO, "{0} runs again, as {1} is uninstalled", name(bundle), name(gone));
        try {
            bundle.start(Bundle.START_TRANSIENT);
        } catch (BundleException e) {
            LOG.log(System.Logger.Level.ERROR, "{0} does not start: {1}", name(bundle), e.getMessage());
        }
    }

    private static String name(Bundle bundle) {
        return bundle.getSymbolicName() + " " + bundle.getVersion() + " (bundle " + bundle.getBundleId() + ")";
    }
}
