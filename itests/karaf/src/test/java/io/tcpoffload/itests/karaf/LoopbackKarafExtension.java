// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.karaf;

import java.io.IOException;
import org.ops4j.pax.exam.Option;

/** The same with viewers on the machine itself. */
public final class LoopbackKarafExtension extends KarafExtension {

    @Override
    Option[] options() throws IOException {
        return StockKaraf.withHeadendOnLoopback();
    }
}
