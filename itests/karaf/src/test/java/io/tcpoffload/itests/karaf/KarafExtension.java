// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.karaf;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.ops4j.pax.exam.ExamSystem;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestAddress;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.TestProbeBuilder;
import org.ops4j.pax.exam.spi.PaxExamRuntime;

/** Runs the methods of a test class inside a stock Karaf with our features: one container a class. */
public class KarafExtension implements BeforeAllCallback, AfterAllCallback, InvocationInterceptor {

    private final Map<String, TestAddress> methods = new HashMap<>();
    private ExamSystem system;
    private TestContainer container;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Class<?> test = context.getRequiredTestClass();
        system = PaxExamRuntime.createTestSystem(options());
        container = PaxExamRuntime.createContainer(system);
        container.start();
        TestProbeBuilder probe = system.createProbe();
        probe.setHeader("DynamicImport-Package", "*");
        for (Method method : test.getDeclaredMethods()) {
            if (method.isAnnotationPresent(Test.class)) {
                methods.put(method.getName(), probe.addTest(test, method.getName()));
            }
        }
        container.installProbe(probe.build().getStream());
    }

    Option[] options() throws IOException {
        return StockKaraf.withHeadend();
    }

    @Override
    public void interceptTestMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> method,
            ExtensionContext context) {
        invocation.skip();
        container.call(methods.get(method.getExecutable().getName()));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        try {
            if (container != null) {
                container.stop();
            }
            if (system != null) {
                system.clear();
            }
        } finally {
            // a container that did not come up is not stopped by Pax Exam
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
        }
    }
}
