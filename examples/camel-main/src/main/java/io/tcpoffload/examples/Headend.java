// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.examples;

import org.apache.camel.main.Main;

/** Runs the routes until it is ended. Settings are in {@code application.properties}. */
public final class Headend {

    private Headend() {
    }

    /** Finds the Java routes in the package below this one, and the others where {@code application.properties} says. */
    static Main main() {
        return new Main(Headend.class);
    }

    public static void main(String[] args) throws Exception {
        main().run(args);
    }
}
