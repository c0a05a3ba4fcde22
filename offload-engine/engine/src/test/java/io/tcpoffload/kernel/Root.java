// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.kernel;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests of the kernel need root on Linux. Without it they fail, unless {@code -Dtcpoffload.noroot} says that their
 * absence is wanted.
 */
final class Root implements ExecutionCondition {

    /** A name for an engine of this process alone: pins are the machine's. */
    static String instance(String name) {
        return "ktest-" + name + ProcessHandle.current().pid();
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (System.getProperty("tcpoffload.noroot") != null) {
            return ConditionEvaluationResult.disabled("-Dtcpoffload.noroot");
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new IllegalStateException("tests of the kernel side need root: run as root, or skip them with"
                    + " -Dtcpoffload.noroot");
        }
        return ConditionEvaluationResult.enabled("root");
    }
}
