# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What an engine of ours keeps outside its process, and how it is removed when the engine was killed and could not do it.
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

remove_leftovers() {
    remove_stores "$(store_directory)/$(instance)"
    remove_kernel_objects "$(instance)"
}
