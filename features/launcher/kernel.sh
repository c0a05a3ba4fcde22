# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What an engine of ours keeps outside its process, so that viewers outlive it, and how it is removed when they shall not.
# shellcheck disable=SC2154  # root, home and karaf come from ./headend

# shellcheck source=/dev/null
. "$root/offload-engine/engine/src/main/resources/io/tcpoffload/kernel/leftovers.sh"

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

# An engine that finds this file when it stops ends its viewers' streams instead of leaving them to the next one.
ask_for_the_end_of_streams() {
    local directory
    directory=$(store_directory)/$(instance)
    if [[ -d $directory && ! -L $directory && -O $directory ]]; then
        : >"$directory/end"
    fi
}

remove_leftovers() {
    reset_viewers "$(instance)"
    remove_stores "$(store_directory)/$(instance)"
    remove_kernel_objects "$(instance)"
}

# Lets the programs of an engine that was killed, as instance $1, reset its viewers: ends the grace in struct engine_state
# (record.h), and knocks (knock.h). Without bpftool the host does it, when they send something.
reset_viewers() {
    local state=$pins/$1/engine value i
    { [[ -e $state ]] && type -P bpftool >/dev/null; } || return 0
    value=$(bpftool -j map lookup pinned "$state" key 0 0 0 0 2>/dev/null) || return 0
    read -ra value <<<"$(sed 's/.*"value":\[\([^]]*\)\].*/\1/; s/[",]/ /g' <<<"$value")"
    value[12]=2 # phase: ENGINE_SUSPENDED
    for i in {24..31}; do
        value[i]=0 # grace_ns
    done
    bpftool map update pinned "$state" key 0 0 0 0 value "${value[@]}" || return 0
    knock $((value[32] + (value[33] << 8) + (value[34] << 16)))
}
