// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.invoker;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.ops4j.pax.exam.ProbeInvoker;
import org.ops4j.pax.exam.TestContainerException;
import org.ops4j.pax.exam.util.Injector;
import org.osgi.framework.BundleContext;
import org.osgi.util.tracker.ServiceTracker;

/** Calls one test method of the probe, on a new instance with its injections. */
final class MethodInvoker implements ProbeInvoker {

    private static final long PATIENCE_MILLIS = 30_000;

    private final BundleContext probe;
    private final String className;
    private final String methodName;

    /** @param expression class and method, separated by a semicolon */
    MethodInvoker(BundleContext probe, String expression) {
        this.probe = probe;
        String[] parts = expression.split(";");
        this.className = parts[0];
        this.methodName = parts[1];
    }

    /** The caller may not have the classes of a failure: it gets its text. */
    @Override
    public void call(Object... args) {
        try {
            Class<?> type = probe.getBundle().loadClass(className);
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Object test = constructor.newInstance();
            injector().injectFields(test);
            Method method = type.getDeclaredMethod(methodName);
            method.setAccessible(true);
            method.invoke(test);
        } catch (InvocationTargetException e) {
            StringWriter text = new StringWriter();
            e.getCause().printStackTrace(new PrintWriter(text));
            throw new TestContainerException(text.toString());
        } catch (ReflectiveOperationException e) {
            throw new TestContainerException(className + "." + methodName + " can't be called: " + e);
        }
    }

    /** The container tells that it is up a moment before it is there. */
    private Injector injector() {
        var injectors = new ServiceTracker<Injector, Injector>(probe, Injector.class, null);
        injectors.open();
        try {
            Injector injector = injectors.waitForService(PATIENCE_MILLIS);
            if (injector == null) {
                throw new TestContainerException("no Injector within " + PATIENCE_MILLIS + " ms");
            }
            return injector;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestContainerException(e);
        } finally {
            injectors.close();
        }
    }
}
