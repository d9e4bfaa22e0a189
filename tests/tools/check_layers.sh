#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/check-layers finds what is planted, and nothing in a clean tree.
set -u
# shellcheck source=tests/tools/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

src=$scratch/src

# plant FILE LINE...: a source tree of one clean file, and FILE with these lines.
plant() {
    local file=$1
    shift
    rm -rf "$src"
    mkdir -p "$src/base" "$src/$(dirname "$file")"
    echo '#include <stddef.h>' >"$src/base/clean.h"
    printf '%s\n' "$@" >"$src/$file"
}

accepts() {
    plant "$@"
    "$root/tools/check-layers" "$src"
}

finds() {
    local pattern=$1
    shift
    plant "$@"
    refuses "$pattern" "$root/tools/check-layers" "$src"
}

case_ends a_room_includes_itself_and_lower_rooms \
    accepts store/a.c '#include "store/a.h"' '#include "db/db.h"' '#include "base/str.h"'
case_ends nothing_is_included_upwards \
    finds 'src/db/a.c:2: .*upwards' db/a.c '' '#include "store/store.h"'
case_ends nothing_is_included_sideways \
    finds 'src/api/a.c:1: .*sideways' api/a.c '#include "sim/sim.h"'
case_ends a_header_is_held_like_a_source_file \
    finds 'src/text/a.h:1: .*upwards' text/a.h '#include "net/loop.h"'
case_ends blanks_do_not_hide_an_include \
    finds 'upwards' text/a.c ' #  include   "net/loop.h"'
case_ends an_include_says_its_room \
    finds 'not written "room/file.h"' text/a.c '#include "text.h"'
case_ends no_include_climbs_out_of_the_tree \
    finds 'not written "room/file.h"' text/a.c '#include "../app/main.h"'
case_ends an_unknown_room_is_refused finds 'room attic' attic/a.c '#include "base/str.h"'
case_ends an_include_of_an_unknown_room_is_refused \
    finds 'room attic' app/a.c '#include "attic/a.h"'
case_ends no_file_stands_outside_the_rooms finds 'outside the rooms' main.c 'int x;'
case_ends an_include_by_macro_is_refused finds 'by macro' app/a.c '#include HEADER'
case_ends a_door_lets_its_own_file_through accepts db/sqlite.c '#include <sqlite3.h>'
case_ends a_door_is_closed_to_the_next_file \
    finds '<sqlite3.h> is only for db/sqlite.c' db/db.c '#include <sqlite3.h>'
case_ends a_door_is_closed_to_higher_rooms \
    finds '<openssl/ssl.h> is only for net/' carrier/a.c '#include <openssl/ssl.h>'
case_ends a_door_for_a_room_opens_for_each_of_its_files \
    accepts net/tls.c '#include <openssl/ssl.h>' '#include <event2/event.h>'
case_ends an_unknown_library_is_refused \
    finds 'neither free nor behind a door' app/a.c '#include <zlib.h>'
case_ends cpp_headers_are_for_cpp_files accepts text/phone.cc '#include <string>'
mkdir -p "$scratch/empty"
case_ends an_empty_tree_is_no_success \
    refuses "no source file" "$root/tools/check-layers" "$scratch/empty"
case_ends our_own_tree_is_clean "$root/tools/check-layers"
plan_ends
