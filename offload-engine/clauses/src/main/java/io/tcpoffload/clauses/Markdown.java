// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.clauses;

/** Text in tables. */
final class Markdown {

    private Markdown() {
    }

    static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;");
    }
}
