# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# From the sources to a configured Karaf in the home directory.
# shellcheck disable=SC2154  # root, home, karaf, host, port and transport come from ./headend

# Prints the distribution's archive, if it is built and no source is newer.
distribution() {
    local archive
    archive=$(compgen -G "$root/features/distribution/target/tcpoffload-headend-*.tar.gz") || return 1
    if find "$root/pom.xml" "$root"/{offload-engine,camel-component,headend-app,features} \
        \( -name target -o -name launcher -o -path '*/src/test' \) -prune -o -type f ! -name '*.md' -newer "$archive" -print -quit | grep -q .; then
        return 1
    fi
    printf %s "$archive"
}

# One build at a time in these sources, whichever home it is for. Prints the archive.
build() {
    local turn
    exec {turn}<"$root/pom.xml"
    flock -n "$turn" || { say 'another ./headend is building; waiting ...' >&2; flock "$turn"; }
    distribution || { run_build && distribution; } || fail 'the build left no distribution'
    exec {turn}<&-
}

run_build() {
    require_build_tools
    if ! with_progress 'building; the first time Maven fetches its libraries, which takes minutes' run_maven; then
        sed -n '/^\[ERROR\] -> \[Help/q; /^\[ERROR\] ./p' "$home/build.log" | head -n 12 >&2
        fail "the build failed; all of it: $home/build.log"
    fi
}

run_maven() {
    mvn -B -ntp -f "$root/pom.xml" -pl features/distribution -am -Dmaven.test.skip=true package \
        </dev/null >"$home/build.log" 2>&1
}

install_distribution() {
    local archive=$1 stamp fresh=$home/karaf.new
    stamp=$(stat -c '%n %s %Y' -- "$archive")
    if [[ -f $home/installed && $(<"$home/installed") == "$stamp" ]]; then
        return
    fi
    rm -rf -- "$fresh"
    mkdir -p -- "$fresh"
    tar -xzf "$archive" -C "$fresh" --strip-components=1
    if [[ -d $karaf ]]; then
        # The user's own: settings, the key and password of this installation, what was deployed.
        (cd -- "$karaf" && shopt -s nullglob && cp -a --parents -t "$fresh" -- \
            etc/io.tcpoffload.* etc/users.propertie[s] etc/host.key* deploy/*)
        rm -rf -- "$karaf"
    fi
    mv -- "$fresh" "$karaf"
    printf '%s\n' "$stamp" >"$home/installed"
}

# Sets key $2 of file $1 to $3, in place where it is there.
set_key() {
    if grep -q "^$2 *=" "$1"; then
        sed -i "s|^$2 *=.*|$2 = $3|" "$1"
    else
        printf '%s = %s\n' "$2" "$3" >>"$1"
    fi
}

get_key() {
    sed -n "s/^$2 *= *//p" "$1" 2>/dev/null | tail -n 1
}

# The engine's listener, transport and management ports are this script's to set; every other key is the user's.
configure() {
    local engine=$karaf/etc/io.tcpoffload.engine.cfg demo=$karaf/etc/io.tcpoffload.headend.demo.cfg
    if [[ ! -f $engine ]]; then
        printf '# listener and transport are set by ./headend at every start, from its options.\n' >"$engine"
        set_key "$engine" devices auto
        set_key "$engine" instance "$(instance)"
    fi
    set_key "$engine" listener "$host:$port"
    set_key "$engine" transport "$transport"
    if [[ ! -f $demo ]]; then
        printf 'enabled = true\nchannel = demo\n' >"$demo"
    fi
    configure_management
}

# SSH and JMX are bound to loopback; the one user's password is made here and readable by the owner alone.
configure_management() {
    local users=$karaf/etc/users.properties first
    if ! grep -q '^headend *=' "$users"; then
        chmod 600 "$users"
        # The client takes the first user of the file.
        sed -i "1i headend = $(od -An -N24 -tx1 /dev/urandom | tr -d ' \n'),_g_:admingroup" "$users"
    fi
    first=$(free_ports)
    set_key "$karaf/etc/org.apache.karaf.shell.cfg" sshPort "$first"
    set_key "$karaf/etc/org.apache.karaf.management.cfg" rmiRegistryPort $((first + 1))
    set_key "$karaf/etc/org.apache.karaf.management.cfg" rmiServerPort $((first + 2))
}

# Prints the first of three free ports in a row, below the range for outgoing connections. Homes start their search
# at different places, so that two that start at the same moment don't choose the same.
free_ports() {
    local try first
    for ((try = 0; try < 100; try++)); do
        first=$((12000 + 3 * (($(home_hash) + try) % 5000)))
        if ! listening 127.0.0.1 $first && ! listening 127.0.0.1 $((first + 1)) && ! listening 127.0.0.1 $((first + 2)); then
            printf %s "$first"
            return
        fi
    done
    fail 'no three free ports in a row for SSH and JMX between 12000 and 27000'
}

home_hash() {
    cksum <<<"$home" | cut -d ' ' -f 1
}

# An address of another machine, which may never answer, counts as free: the engine then says that it can't be bound.
listening() {
    timeout 2 bash -c 'exec 3<>"/dev/tcp/$1/$2"' listening "$1" "$2" 2>/dev/null
}

make_home() {
    if ! mkdir -p -- "$home" 2>/dev/null || [[ ! -w $home ]]; then
        fail "the directory $home can't be written; choose another with --home"
    fi
}

# Everything up to the moment before Karaf starts. What a killed run left stays: its viewers wait for this one.
prepare() {
    local archive
    make_home
    exec {lock}>"$home/lock"
    flock -n "$lock" || fail "another ./headend is at work in $home"
    ! running || fail "it is running already (pid $(karaf_pid)); ./headend stop stops it"
    find_java
    archive=$(distribution) || archive=$(build)
    if listening "$(reachable_host)" "$port"; then
        fail "port $port of $host is in use; choose another with --port"
    fi
    install_distribution "$archive"
    configure
}
