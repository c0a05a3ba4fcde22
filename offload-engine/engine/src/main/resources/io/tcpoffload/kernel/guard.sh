# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Outlives an engine, to end its viewers and to clean up when nobody comes back for them: io.tcpoffload.kernel.Guard. It is
# read behind leftovers.sh. Killing it does no harm: the next start does the same.

# $1 instance, $2 the name by which the engine marks its pins, $3 grace in seconds, $4 size of the session table,
# $5 directory of the stores, or nothing
guard() {
    local mine=$pins/$1/$2 left=$(($3 + 1)) lock
    PATH=$PATH:/usr/sbin:/sbin
    # Another engine marks the pins as its own, and one that stops in order removes them: then it is that one's business.
    until [[ -d $mine ]] && flock -s -w 2 "$pins/$1" true; do
        [[ -d $mine ]] || return 0
        sleep 1
    done
    while ((left-- > 0)); do
        sleep 1
        [[ -d $mine ]] || return 0
    done
    exec {lock}<"$pins/$1" || return 0
    flock -n "$lock" && [[ -d $mine ]] || return 0
    knock "$4"
    remove_kernel_objects "$1"
    # An engine that starts has its stores before its pins.
    if [[ -n $5 ]] && ! lives "$5"; then
        remove_stores "$5"
    fi
}

# Whether a living engine has the stores in the directory $1.
lives() {
    local pid
    { read -r pid || [[ -n $pid ]]; } <"$1/lock" && [[ -d /proc/$pid ]]
}

guard "$@" </dev/null >/dev/null 2>&1; exit
