// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.shell;

import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.Map;

/**
 * JSON (RFC 8259) of records, maps, iterables, strings, enums, integers, booleans and null, on one line. A record
 * becomes an object of its components, in their order.
 */
final class Json {

    private final StringBuilder out = new StringBuilder();

    private Json() {
    }

    static String of(Object value) {
        Json json = new Json();
        json.value(value);
        return json.out.toString();
    }

    private void value(Object value) {
        if (value == null || value instanceof Boolean || value instanceof Integer || value instanceof Long) {
            out.append(value);
        } else if (value instanceof Record r) {
            record(r);
        } else if (value instanceof Map<?, ?> m) {
            map(m);
        } else if (value instanceof Iterable<?> i) {
            array(i);
        } else if (value instanceof CharSequence || value instanceof Enum<?>) {
            string(value.toString());
        } else {
            throw new IllegalArgumentException("no JSON for " + value.getClass().getName());
        }
    }

    private void record(Record record) {
        String separator = "{";
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            out.append(separator);
            string(component.getName());
            out.append(':');
            value(get(record, component));
            separator = ",";
        }
        out.append(separator.equals("{") ? "{}" : "}");
    }

    private static Object get(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("record " + record.getClass().getName() + " can't be read", e);
        }
    }

    private void map(Map<?, ?> map) {
        out.append('{');
        for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext();) {
            Map.Entry<?, ?> entry = i.next();
            string(String.valueOf(entry.getKey()));
            out.append(':');
            value(entry.getValue());
            if (i.hasNext()) {
                out.append(',');
            }
        }
        out.append('}');
    }

    private void array(Iterable<?> values) {
        out.append('[');
        for (Iterator<?> i = values.iterator(); i.hasNext();) {
            value(i.next());
            if (i.hasNext()) {
                out.append(',');
            }
        }
        out.append(']');
    }

    /** RFC 8259 section 7; everything outside ASCII is escaped too, so that no terminal's charset can spoil it. */
    private void string(String s) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c > 0x7e) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
