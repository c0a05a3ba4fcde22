# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What an engine keeps outside its process, so that viewers outlive it, and how it is removed when they shall not.
# shellcheck disable=SC2154  # home and karaf come from ./headend

# Names this headend's kernel objects on this machine.
instance() {
    local name
    name=$(get_key "$karaf/etc/io.tcpoffload.engine.cfg" instance)
    printf %s "${name:-headend-$(home_hash)}"
}

# Where the engine keeps its stores: its default, or what the user has set.
store_directory() {
    local directory
    directory=$(get_key "$karaf/etc/io.tcpoffload.engine.cfg" storeDirectory)
    printf %s "${directory:-/dev/shm/tcpoffload-$(id -un)}"
}

# Prints this instance's directory there, if there is one of the caller's own.
instance_directory() {
    local directory
    directory=$(store_directory)/$(instance)
    [[ -d $directory && ! -L $directory && -O $directory ]] && printf %s "$directory"
}

# An engine that finds this file when it stops ends its viewers' streams instead of leaving them to the next one.
ask_for_the_end_of_streams() {
    local directory
    directory=$(instance_directory) || return 0
    : >"$directory/end"
}

remove_leftovers() {
    remove_stores
    remove_kernel_objects
}

remove_stores() {
    local directory
    directory=$(instance_directory) || return 0
    rm -f -- "$directory"/*.store "$directory"/{lock,end}
    rmdir --ignore-fail-on-non-empty -- "$directory" "${directory%/*}"
}

# An engine that could stop in order has removed its pins; where they are, its filters are too.
remove_kernel_objects() {
    local pins=/sys/fs/bpf/tcpoffload index device
    [[ -d $pins/$(instance) ]] || return 0
    while IFS=': @' read -r index device _; do
        remove_filters "$index" "$device"
    done < <(ip -o link show)
    rm -rf -- "${pins:?}/$(instance)"
    rmdir --ignore-fail-on-non-empty -- "$pins"
}

# Takes this instance's filters off the device with index $1 and name $2. When no filter is left there, what engines did to
# the device is undone: the clsact qdisc, and the variables that io.tcpoffload.kernel.LoopbackRouting sets.
remove_filters() {
    local direction variable
    for direction in ingress egress; do
        tc filter del dev "$2" "$direction" protocol all pref 1984 handle "$(filter_handle)" bpf 2>/dev/null || true
    done
    [[ -z $(tc filter show dev "$2" ingress; tc filter show dev "$2" egress) ]] || return 0
    if forget clsact "$1"; then
        tc qdisc del dev "$2" clsact 2>/dev/null || true
    fi
    for variable in route_localnet accept_local; do
        if forget "$variable" "$1"; then
            echo 0 >"/proc/sys/net/ipv4/conf/$2/$variable"
        fi
    done
}

# Whether an engine noted that it did $1 to the device with index $2; the note is removed.
forget() {
    rmdir -- "/sys/fs/bpf/tcpoffload/$1+$(readlink /proc/self/ns/net | tr -cd 0-9)+$2" 2>/dev/null
}

# The handle of this instance's filters, as io.tcpoffload.kernel.TrafficFilter has it: the name's String.hashCode().
filter_handle() {
    local name hash=0 code i
    name=$(instance)
    for ((i = 0; i < ${#name}; i++)); do
        printf -v code %d "'${name:i:1}"
        hash=$(((31 * hash + code) & 0x7fffffff))
    done
    printf '0x%x' $((hash ? hash : 1))
}
