#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/check-style finds what is planted, and nothing in a clean tree.
set -u
# shellcheck source=tests/tools/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

tree=$scratch/tree
spdx='/* SPDX-License-Identifier: Apache-2.0 */'

# plant FILE LINE...: a repository of one file.
plant() {
    local file=$1
    shift
    rm -rf "$tree"
    mkdir -p "$tree/$(dirname "$file")"
    git init -q "$tree"
    cp "$root/.clang-format" "$tree/"
    printf '%s\n' "$@" >"$tree/$file"
}

accepts() {
    plant "$@"
    "$root/tools/check-style" "$tree"
}

finds() {
    local pattern=$1
    shift
    plant "$@"
    refuses "$pattern" "$root/tools/check-style" "$tree"
}

# function_of LINES: a C file with one function of so many lines.
function_of() {
    echo "$spdx"
    echo 'void room_act(void)'
    echo '{'
    for ((i = 0; i < $1; i++)); do echo "    act($i);"; done
    echo '}'
}

file_of() {
    echo "$spdx"
    for ((i = 1; i < $1; i++)); do echo "extern int v$i;"; done
}

header=("$spdx" '/* What it promises. */' '#ifndef NAVETTE_ROOM_A_H' '#define NAVETTE_ROOM_A_H' ''
    'void room_act(void);' '' '#endif')

case_ends a_clean_header_passes accepts src/room/a.h "${header[@]}"
case_ends a_header_says_what_it_promises \
    finds 'a.h:1: no comment' src/room/a.h "${header[0]}" "${header[@]:2}"
case_ends a_guard_is_named_after_its_file \
    finds 'guard is not NAVETTE_ROOM_B_H' src/room/b.h "${header[@]}"
case_ends a_file_has_its_licence finds 'a.c:1: no SPDX' src/room/a.c 'extern int a;'
case_ends a_script_has_its_licence finds 'go:1: no SPDX' go '#!/bin/sh' 'true'
case_ends a_banned_function_is_found \
    finds 'a.c:2: banned' src/room/a.c "$spdx" 'static int a = atoi("1");'
case_ends a_banned_name_in_words_is_no_call \
    accepts src/room/a.c "$spdx" '/* gets(x) is banned */' 'static const char *a = "gets(x)";'
case_ends a_longer_name_is_no_banned_function \
    accepts src/room/a.c "$spdx" 'static int a = wire_gets(1);'
case_ends time_comes_from_the_clock \
    finds 'base/clock' src/room/a.c "$spdx" 'static long a = time(NULL);'
case_ends no_struct_hides_behind_a_typedef \
    finds 'a.c:2: .*typedef' src/room/a.c "$spdx" 'typedef struct a a;'
case_ends a_type_of_functions_may_have_a_name \
    accepts src/room/a.c "$spdx" 'typedef enum err act(void);'
case_ends a_line_ends_at_100_columns \
    finds 'a.sh:2: longer' a.sh '# SPDX-License-Identifier: Apache-2.0' "# $(printf '%099d' 0)"
case_ends columns_are_characters_not_bytes \
    accepts a.sh '# SPDX-License-Identifier: Apache-2.0' "# $(printf 'é%.0s' {1..98})"
case_ends a_tab_is_found finds 'a.sh:2: tab' a.sh '# SPDX-License-Identifier: Apache-2.0' $'\ttrue'
case_ends blanks_at_the_end_are_found \
    finds 'a.sh:2: blanks' a.sh '# SPDX-License-Identifier: Apache-2.0' 'true '
case_ends a_note_for_later_is_found \
    finds 'do it' a.sh '# SPDX-License-Identifier: Apache-2.0' "# TO""DO more"
case_ends a_script_parses \
    finds 'syntax error' go '#!/usr/bin/env bash' '# SPDX-License-Identifier: Apache-2.0' 'if then'
case_ends the_format_is_that_of_clang_format \
    finds 'make format' src/room/a.c "$spdx" 'extern   int a;'
mapfile -t lines < <(function_of 60)
case_ends a_function_of_60_lines_passes accepts src/room/a.c "${lines[@]}"
mapfile -t lines < <(function_of 61)
case_ends a_function_of_61_lines_is_found \
    finds 'function room_act has 61 lines' src/room/a.c "${lines[@]}"
mapfile -t lines < <(file_of 500)
case_ends a_file_of_500_lines_passes accepts src/room/a.c "${lines[@]}"
mapfile -t lines < <(file_of 501)
case_ends a_file_of_501_lines_is_found finds 'longer than 500 lines' src/room/a.c "${lines[@]}"
plan_ends
