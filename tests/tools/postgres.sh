#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/postgres gives a real server and takes all of it away again.
set -u
# shellcheck source=tests/tools/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
chmod 711 "$scratch" # servers run as another user when root tests

first=$scratch/first
second=$scratch/second
postgres() { "$root/tests/postgres" "$@"; }
clean() {
    postgres stop "$first"
    postgres stop "$second"
    rm -rf "$scratch"
}
trap clean EXIT
trap 'exit 130' INT TERM

# says EXPECTED COMMAND...
says() {
    local expected=$1 said
    shift
    said=$("$@") || return 1
    printf '%s\n' "$said"
    [ "$said" = "$expected" ]
}

gone() {
    local pid
    for pid in $pids; do
        ! grep -q '^[0-9]* (.*) [^Z]' "/proc/$pid/stat" 2>/dev/null || return 1
    done
}

starts() {
    url=$(postgres start "$first") && says 't|UTF8|on' postgres sql "$url" \
        "SELECT 1 = 1, current_setting('server_encoding'), current_setting('fsync')"
}

makes_databases() {
    postgres sql "$url" 'CREATE DATABASE one' 'CREATE DATABASE two' || return 1
    url=$(postgres url "$first" one)
    postgres sql "$url" 'CREATE TABLE t (a TEXT)' "INSERT INTO t VALUES ('kept')" &&
        says 'one' postgres sql "$url" 'SELECT current_database()'
}

restarts() {
    postgres restart "$first" && says kept postgres sql "$url" 'SELECT a FROM t'
}

survives_kill9() {
    pids=$(postgres pids "$first")
    [ "$(wc -l <<<"$pids")" -ge 4 ] && postgres kill9 "$first" && gone || return 1
    refuses 'failed' postgres sql "$url" 'SELECT 1' &&
        postgres start "$first" && says kept postgres sql "$url" 'SELECT a FROM t'
}

# The port is below those that the kernel gives away.
copies() {
    postgres standby "$second" "$first" beta $((20000 + $$ % 10000)) --synchronous &&
        says 'beta|sync' postgres sql "$url" \
            'SELECT application_name, sync_state FROM pg_stat_replication' &&
        postgres sql "$url" "INSERT INTO t VALUES ('on both')"
}

promotes() {
    postgres kill9 "$first" && postgres promote "$second" || return 1
    url=$(postgres url "$first,$second" one)
    postgres sql "$url" "INSERT INTO t VALUES ('after')" &&
        says $'kept\non both\nafter' postgres sql "$url" 'SELECT a FROM t'
}

stops() {
    pids=$(postgres pids "$second")
    postgres stop "$second" && postgres stop "$first" && gone || return 1
    ! grep -l -a "$scratch/[f]irst\|$scratch/[s]econd" /proc/[0-9]*/cmdline 2>/dev/null
}

case_ends a_server_starts_and_answers starts
case_ends databases_can_be_made_in_it makes_databases
case_ends rows_survive_a_restart restarts
case_ends kill9_ends_every_process_and_start_recovers survives_kill9
case_ends a_commit_waits_for_a_synchronous_copy copies
case_ends a_promoted_copy_has_every_commit promotes
case_ends nothing_is_left_running stops
case_ends a_stopped_one_is_stopped_again postgres stop "$first"
case_ends what_was_never_made_is_no_server refuses 'no server was ever made' \
    postgres restart "$scratch/attic"
case_ends a_socket_has_a_short_path refuses 'too long for a socket' \
    postgres start "$scratch/$(printf 'x%.0s' {1..90})"
case_ends a_folder_of_somebody_else_is_left_alone refuses 'holds something else' \
    postgres start "$root"
case_ends an_unknown_verb_is_refused refuses 'start DIR' postgres attic
plan_ends
