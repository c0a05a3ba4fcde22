# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the user is told.

say() {
    printf '%s: %s\n' "${0##*/}" "$*"
}

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# A mistake on the command line.
refuse() {
    printf 'headend: %s; ./headend --help lists what there is\n' "$*" >&2
    exit 2
}

# Runs a job that may take minutes, with a sign of life on a terminal. $1: what is being done, then the job.
with_progress() {
    local what=$1 started=$SECONDS job
    shift
    say "$what ..." >&2
    if [[ ! -t 2 ]]; then
        "$@"
        return
    fi
    "$@" &
    job=$!
    while kill -0 "$job" 2>/dev/null; do
        printf '\r  %d s ' $((SECONDS - started)) >&2
        sleep 1
    done
    printf '\r\033[K' >&2
    wait "$job"
}
