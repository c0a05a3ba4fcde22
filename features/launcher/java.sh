# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Finds a Java that Karaf 4.4 runs on: Java 24 dropped the security manager that it asks for.

java_least=17
java_most=23

# Prints the feature release of the Java home $1: 17 for 17.0.15 and 8 for 1.8.0.
java_release() {
    [[ -x $1/bin/java ]] || return 1
    "$1/bin/java" -version 2>&1 | sed -n 's/^[^"]*version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p;T;q' | grep .
}

# Sets and exports JAVA_HOME: the caller's own when it fits, the one on the path, or one of those installed.
find_java() {
    local candidate release found='' on_path
    on_path=$(readlink -f "$(type -P java || true)" || true)
    for candidate in "${JAVA_HOME-}" "${on_path%/bin/java}" /usr/lib/jvm/*; do
        if [[ -n $candidate ]] && release=$(java_release "$candidate"); then
            if ((release >= java_least && release <= java_most)); then
                export JAVA_HOME=$candidate
                return
            fi
            found+=" $candidate is $release;"
        fi
    done
    fail "Java $java_least to $java_most is needed, as Karaf 4.4 does not start on others:${found:- none was found;}" \
        "apt install openjdk-17-jdk, or set JAVA_HOME"
}

# The Java that runs must also compile. Called when something is to be built.
require_build_tools() {
    [[ -x $JAVA_HOME/bin/javac ]] || fail "$JAVA_HOME has no compiler, which the build needs: apt install openjdk-17-jdk"
    type -P mvn >/dev/null || fail 'Maven is needed to build the headend: apt install maven'
}
