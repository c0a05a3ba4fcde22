// SPDX-License-Identifier: Apache-2.0
package io.tcpoffload.headend;

import java.util.Dictionary;
import java.util.Hashtable;
import org.apache.camel.spi.ComponentResolver;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/** The reference of a component resolver, with the property as camel-core-osgi sets it: an array. */
record ResolverReference(String... components) implements ServiceReference<ComponentResolver> {

    @Override
    public Object getProperty(String key) {
        return key.equals("component") ? components : null;
    }

    @Override
    public String[] getPropertyKeys() {
        return new String[] {"component"};
    }

    @Override
    public Bundle getBundle() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Bundle[] getUsingBundles() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isAssignableTo(Bundle bundle, String className) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int compareTo(Object reference) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Dictionary<String, Object> getProperties() {
        return new Hashtable<>();
    }

    @Override
    public <A> A adapt(Class<A> type) {
        throw new UnsupportedOperationException();
    }
}
