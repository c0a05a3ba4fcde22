// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.itests.karaf;

import java.io.IOException;
import org.ops4j.pax.exam.Option;

/** The same with nothing of ours installed: that is up to the test. */
public final class BareKarafExtension extends KarafExtension {

    @Override
    Option[] options() throws IOException {
        return StockKaraf.bare();
    }
}
