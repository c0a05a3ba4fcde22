// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import java.util.Map;
import java.util.regex.Pattern;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * What PID {@value #PID} says.
 *
 * @param enabled whether the demo channel runs
 * @param channel its name
 */
record DemoConfiguration(boolean enabled, String channel) {

    static final String PID = "io.tcpoffload.headend.demo";
    private static final Pattern CHANNEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** The same for configuration editors. */
    @ObjectClassDefinition(name = "Headend: demo channel", description = "A short clip, repeated without end")
    @interface Form {

        @AttributeDefinition(name = "enabled", type = AttributeType.BOOLEAN, defaultValue = "true",
                             description = "Whether the demo channel runs.")
        String enabled() default "true";

        @AttributeDefinition(name = "channel", defaultValue = "demo",
                             description = "The channel's name, which is its path in the viewers' URL: 1 to 64 "
                                     + "letters, digits, dots, hyphens or underscores, starting with a letter or "
                                     + "digit.")
        String channel() default "demo";
    }

    /** @throws IllegalArgumentException if a value is wrong; names the key, the value and what would be right */
    static DemoConfiguration of(Map<String, ?> properties) {
        String enabled = text(properties, "enabled", "true");
        if (!enabled.equals("true") && !enabled.equals("false")) {
            throw new IllegalArgumentException("enabled = '" + enabled + "' is not valid: true or false");
        }
        String channel = text(properties, "channel", "demo");
        if (!CHANNEL.matcher(channel).matches()) {
            throw new IllegalArgumentException("channel = '" + channel + "' is not valid: 1 to 64 letters, digits, "
                    + "'.', '-' or '_', starting with a letter or digit");
        }
        return new DemoConfiguration(enabled.equals("true"), channel);
    }

    private static String text(Map<String, ?> properties, String key, String otherwise) {
        Object value = properties.get(key);
        return value == null ? otherwise : value.toString().strip();
    }
}
