# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The Karaf process: start, wait for the demo, talk to it, stop.
# shellcheck disable=SC2154  # root, home, karaf, host and port come from ./headend

start_seconds=90
stop_seconds=20

# Prints when process $1 started, in clock ticks since boot: with the number it names one process for good. Fails when
# it has ended, even if nobody has taken note of that yet.
process_start() {
    local stat fields
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    # The second field, the name, may hold spaces and parentheses; the last one ends it.
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != Z ]] && printf %s "${fields[19]}"
}

running() {
    local pid started
    { read -r pid started <"$home/pid"; } 2>/dev/null || return 1
    [[ -n $started && $(process_start "$pid") == "$started" ]]
}

karaf_pid() {
    cut -d ' ' -f 1 "$home/pid"
}

launch() {
    local pid
    mkdir -p -- "$karaf/data/log"
    log_offset=$(stat -c %s -- "$karaf/data/log/karaf.log" 2>/dev/null || echo 0)
    say 'starting ...'
    # A session of its own: Ctrl-C reaches this script alone, which then stops Karaf in order.
    env -u KARAF_HOME -u KARAF_BASE -u KARAF_DATA -u KARAF_ETC -u KARAF_LOG -u JAVA_OPTS KARAF_EXEC=exec \
        setsid "$karaf/bin/karaf" server </dev/null >"$home/console.log" 2>&1 {lock}>&- &
    pid=$!
    # Its end is for this script to report, in its own words.
    disown "$pid"
    printf '%s %s\n' "$pid" "$(process_start "$pid")" >"$home/pid"
}

# Waits until the demo plays. $1: name of a variable that ends the wait early when it is set.
await_demo() {
    local -n interrupted=${1:-unset_variable}
    local end=$((SECONDS + start_seconds))
    while ((SECONDS < end)) && [[ -z ${interrupted-} ]] && running && ! engine_refused; do
        if plays; then
            return 0
        fi
        sleep 0.3 || true
    done
    return 1
}

engine_refused() {
    new_log | grep -q "The engine can't run"
}

# What this run has logged.
new_log() {
    tail -c +$((${log_offset:-0} + 1)) -- "$karaf/data/log/karaf.log" 2>/dev/null || true
}

explain_failure() {
    if running; then
        printf 'headend: the demo does not play at %s; errors in the log:\n' "$(stream_url)" >&2
    else
        printf 'headend: Karaf ended before the demo played:\n' >&2
        tail -n 5 -- "$home/console.log" >&2 || true
    fi
    new_log | grep -E '^[^|]*\| (ERROR|WARN ) ' | tail -n 8 | sed -E 's/^[^|]*\| (ERROR|WARN ).* - [0-9][^|]* \| /  \1 /' >&2 || true
    printf '  all of it: %s\n' "$karaf/data/log/karaf.log" >&2
}

# Whether a viewer of the demo gets media; without a demo, whether the listener answers.
plays() {
    local demo=$karaf/etc/io.tcpoffload.headend.demo.cfg path=''
    [[ $(get_key "$demo" enabled) == false ]] || path=$(get_key "$demo" channel)
    (
        exec 3<>"/dev/tcp/$(reachable_host)/$(listen_port)"
        printf 'GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n' "$path" >&3
        read -r -t 3 answer <&3
        [[ $answer == 'HTTP/1.1 200'* ]]
        [[ -z $path ]] || (($(timeout 5 head -c 2000 <&3 | wc -c) == 2000))
    ) 2>/dev/null
}

# The listener of the running headend, which may have been started with other options than these.
listen_address() {
    local listener
    listener=$(get_key "$karaf/etc/io.tcpoffload.engine.cfg" listener)
    printf %s "${listener:-$host:$port}"
}

listen_port() {
    local listener
    listener=$(listen_address)
    printf %s "${listener##*:}"
}

# An address of the listener that a player on this machine can use.
reachable_host() {
    local address=$host
    ! running || address=$(listen_address)
    address=${address%:*}
    [[ $address == 0.0.0.0 ]] && address=127.0.0.1
    printf %s "$address"
}

base_url() {
    printf 'http://%s:%s' "$(reachable_host)" "$(listen_port)"
}

stream_url() {
    printf '%s/%s' "$(base_url)" "$(get_key "$karaf/etc/io.tcpoffload.headend.demo.cfg" channel)"
}

# $1: a further way to stop it
banner() {
    local info address home_option=''
    info=$(karaf_shell offload:info 2>/dev/null || true)
    address=$(listen_address)
    printf '\n  The headend plays.\n\n'
    printf '  stream     %s\n' "$(stream_url)"
    printf '  playlist   %s/playlist.m3u\n' "$(base_url)"
    printf '  web page   %s/\n' "$(base_url)"
    if [[ ${address%:*} == 0.0.0.0 ]]; then
        printf '  open to    every network; this machine is %s\n' "$(hostname -I 2>/dev/null || hostname)"
    else
        printf '  open to    %s; --host 0.0.0.0 opens it to every network\n' \
            "$([[ ${address%:*} == 127.* ]] && echo 'this machine only' || echo "the network of ${address%:*}")"
    fi
    printf '  transport  %s: %s\n' "$(info_field Transport "$info")" "$(info_field Reason "$info")"
    [[ $home == "$root/.headend" ]] || home_option=" --home $(printf %q "$home")"
    printf '  look       ./headend%s shell offload:sessions\n' "$home_option"
    printf '  stop       %s./headend%s stop\n\n' "${1:+$1 or }" "$home_option"
}

# A line of offload:info.
info_field() {
    local value
    value=$(sed -n "s/^$1 *//p" <<<"$2" | head -n 1)
    printf %s "${value:-unknown}"
}

# Runs a Karaf command over SSH and passes its exit code on. The client needs an input that stays open: at the end of
# its input it leaves without waiting for the output.
karaf_shell() {
    local code=0 pipe
    find_java
    pipe=$(mktemp -u "$home/input.XXXXXX")
    mkfifo -m 600 -- "$pipe"
    exec {input}<>"$pipe"
    rm -f -- "$pipe"
    if [[ -t 1 ]]; then
        run_client "$1" <&"$input" || code=$?
    else
        # Without a terminal there is nobody to see colours.
        run_client "$1" <&"$input" | sed -u $'s/\e\\[[0-9;]*m//g' || code=$?
    fi
    exec {input}>&-
    return "$code"
}

run_client() {
    env -u KARAF_HOME -u KARAF_BASE -u KARAF_DATA -u KARAF_ETC -u JAVA_OPTS "$karaf/bin/client" -r 10 -d 1 "$1"
}

# Ends with nothing running, all streams ended, and nothing left behind.
stop_karaf() {
    if running; then
        ask_for_the_end_of_streams
        end_karaf
    fi
    remove_leftovers
    rm -f -- "$home/pid"
}

# TERM, then KILL. The engine leaves its viewers to the next one, unless it was asked to end their streams.
end_karaf() {
    local pid
    pid=$(karaf_pid)
    kill -TERM "$pid" 2>/dev/null || true
    if ! await_end $stop_seconds; then
        say "it did not stop within $stop_seconds s: killing it"
        kill -KILL "$pid" 2>/dev/null || true
        await_end 10 || fail "process $pid can't be killed"
    fi
}

await_end() {
    local end=$((SECONDS + $1))
    while running; do
        ((SECONDS < end)) || return 1
        sleep 0.1 || true
    done
}
