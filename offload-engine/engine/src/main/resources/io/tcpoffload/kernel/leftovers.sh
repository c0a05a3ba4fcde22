# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What an engine keeps outside its process, and how it is removed when the engine can't do it.

pins=/sys/fs/bpf/tcpoffload

# Lets programs whose grace is over reset all viewers of a session table of $1: knock.h, 256 sessions a time.
knock() {
    local knocked
    for ((knocked = 0; knocked < $1 + 256; knocked += 256)); do
        (: <>/dev/tcp/127.0.0.1/9) 2>/dev/null || true
    done
}

# Removes the stores in the directory $1.
remove_stores() {
    if [[ -d $1 && ! -L $1 && -O $1 ]]; then
        rm -f -- "$1"/*.store "$1"/{lock,end}
        rmdir --ignore-fail-on-non-empty -- "$1" "${1%/*}"
    fi
}

# Removes the kernel objects of instance $1. An engine that could stop in order has removed its pins; where they are, its
# filters are too.
remove_kernel_objects() {
    local index device
    [[ -n $1 && -d $pins/$1 ]] || return 0
    while IFS=': @' read -r index device _; do
        remove_filters "$1" "$index" "$device"
    done < <(ip -o link show)
    rm -rf -- "${pins:?}/$1"
    rmdir --ignore-fail-on-non-empty -- "$pins"
}

# Takes the filters of instance $1 off the device with index $2 and name $3. When no filter is left there, what engines did
# to the device is undone: the clsact qdisc, and the variables that io.tcpoffload.kernel.LoopbackRouting sets.
remove_filters() {
    local direction variable
    for direction in ingress egress; do
        tc filter del dev "$3" "$direction" protocol all pref 1984 handle "$(filter_handle "$1")" bpf 2>/dev/null || true
    done
    [[ -z $(tc filter show dev "$3" ingress; tc filter show dev "$3" egress) ]] || return 0
    if forget clsact "$2"; then
        tc qdisc del dev "$3" clsact 2>/dev/null || true
    fi
    for variable in route_localnet accept_local; do
        if forget "$variable" "$2"; then
            echo 0 >"/proc/sys/net/ipv4/conf/$3/$variable"
        fi
    done
}

# Whether an engine noted that it did $1 to the device with index $2; the note is removed.
forget() {
    rmdir -- "$pins/$1+$(readlink /proc/self/ns/net | tr -cd 0-9)+$2" 2>/dev/null
}

# The handle of the filters of instance $1, as io.tcpoffload.kernel.TrafficFilter has it: the name's String.hashCode().
filter_handle() {
    local hash=0 code i
    for ((i = 0; i < ${#1}; i++)); do
        printf -v code %d "'${1:i:1}"
        hash=$(((31 * hash + code) & 0x7fffffff))
    done
    printf '0x%x' $((hash ? hash : 1))
}
