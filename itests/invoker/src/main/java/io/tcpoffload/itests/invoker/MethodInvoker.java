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

/** Calls one test method of the probe, on a new instance with its injections. */
final class MethodInvoker implements ProbeInvoker {

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
            probe.getService(probe.getServiceReference(Injector.class)).injectFields(test);
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
}
