# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What an engine keeps outside its process, and how it is removed when the engine was killed and could not do it.
# shellcheck disable=SC2154  # home and karaf come from ./headend

# Names this headend's kernel objects on this machine.
instance() {
    local name
    name=$(get_key "$karaf/etc/io.tcpoffload.engine.cfg" instance)
    printf %s "${name:-headend-$(home_hash)}"
}

store_directory() {
    local directory
    directory=$(get_key "$karaf/etc/io.tcpoffload.engine.cfg" storeDirectory)
    printf %s "${directory:-/dev/shm/tcpoffload-$(instance)}"
}

remove_leftovers() {
    remove_stores
}

# The store directory may be the user's own choice: only our files go, and the directory when it is empty then.
remove_stores() {
    local directory
    directory=$(store_directory)
    if [[ -d $directory && ! -L $directory && -O $directory ]]; then
        rm -f -- "$directory"/*.store
        rmdir --ignore-fail-on-non-empty -- "$directory"
    fi
}
