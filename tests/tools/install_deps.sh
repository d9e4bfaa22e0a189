#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/install-deps touches nothing that is there, and says clearly what it cannot do. Stand-ins
# take the place of the machine's package manager.
set -u
# shellcheck source=tests/tools/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

# A PATH with the plain commands and nothing else; $1 is the user's number, and the rest are the
# names of stand-ins that fail and leave a trace.
machine() {
    local user=$1 name
    shift
    rm -rf "${scratch:?}/bin" "$scratch/called"
    mkdir -p "$scratch/bin"
    for name in awk bash cat dirname env flock ls mkdir sed sh tail tee touch; do
        ln -s "$(command -v "$name")" "$scratch/bin/$name"
    done
    stand_in id "echo $user"
    for name in "$@"; do stand_in "$name" "echo $name \"\$@\" >>$scratch/called; exit 1"; done
}

stand_in() {
    rm -f "$scratch/bin/$1" # else a link would be followed, and the machine's own command lost
    printf '#!/bin/sh\n%s\n' "$2" >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}

install_deps() {
    mkdir -p "$scratch/project/tools"
    sed "s|/etc/postgresql-common|$scratch/etc|" "$root/tools/install-deps" \
        >"$scratch/project/tools/install-deps"
    chmod +x "$scratch/project/tools/install-deps"
    PATH=$scratch/bin "$scratch/project/tools/install-deps" "$@"
}

# Everything the build needs is there, by package name; nothing may be fetched.
all_there() {
    machine 1000 apt-get sudo
    stand_in dpkg-query 'shift 3; for p; do echo "$p installed"; done'
    stand_in node 'echo v18.19.0'
    stand_in npm 'exit 1'
    install_deps build && [ ! -e "$scratch/called" ]
}

a_package_half_removed_is_missing() {
    machine 1000 apt-get
    stand_in dpkg-query 'shift 3; for p; do echo "$p config-files"; done'
    refuses 'root or sudo is needed to install: .*libsqlite3-dev' install_deps build
}

# Missing lists are fetched first, and a failing mirror is reported.
lists_come_first() {
    machine 0 apt-get
    stand_in dpkg-query 'exit 1'
    stand_in ls 'exit 1'
    refuses 'apt-get update failed' install_deps build && grep -q 'update' "$scratch/called"
}

# What the database's package reads as it is installed: there before it is asked for.
no_server_is_made() {
    local settings=$scratch/etc/createcluster.conf
    machine 0
    stand_in dpkg-query 'exit 1'
    stand_in apt-get "cat $settings >>$scratch/called"
    rm -rf "$scratch/etc"
    install_deps test bench
    grep -q '^create_main_cluster = false$' "$scratch/called" || return 1
    echo 'data_directory = /owner' >"$settings"
    rm "$scratch/called"
    install_deps test bench
    cat "$scratch/called"
    grep -q /owner "$scratch/called" && ! grep -q create_main_cluster "$settings"
}

a_newer_node_is_kept() {
    machine 1000 apt-get
    stand_in dpkg-query 'shift 3; for p; do echo "$p installed"; done'
    stand_in node 'echo v20.1.0'
    stand_in npm 'exit 1'
    install_deps test && [ ! -e "$scratch/called" ]
}

an_older_node_is_not_enough() {
    machine 1000 apt-get
    stand_in dpkg-query 'shift 3; for p; do echo "$p installed"; done'
    stand_in node 'echo v16.20.2'
    stand_in npm 'exit 1'
    refuses 'Node.js 18 or newer with npm is needed; found v16' install_deps test
}

another_system_is_told_what_to_install() {
    machine 0
    install_deps build 2>"$scratch/said"
    cat "$scratch/said"
    grep -q 'not Debian; .* gcc .*libsodium-dev' "$scratch/said"
}

case_ends nothing_is_fetched_when_all_is_there all_there
case_ends a_package_half_removed_is_missing a_package_half_removed_is_missing
case_ends lists_are_fetched_when_there_are_none lists_come_first
case_ends no_server_is_made_at_installation no_server_is_made
case_ends a_newer_node_is_kept a_newer_node_is_kept
case_ends an_older_node_is_not_enough an_older_node_is_not_enough
case_ends another_system_is_told_what_to_install another_system_is_told_what_to_install
case_ends an_unknown_group_is_refused refuses 'unknown group attic' "$root/tools/install-deps" attic
plan_ends
