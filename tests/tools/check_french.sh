#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/check-french finds a refusal without its French, and nothing where each has it.
set -u
# shellcheck source=tests/tools/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

tree=$scratch/tree

# plant FRENCH EXCEPTIONS LINE...: a tree with this table, these exceptions and a file of the API.
plant() {
    rm -rf "$tree"
    mkdir -p "$tree/tools" "$tree/src/app" "$tree/src/api/openapi" "$tree/src/base" "$tree/src/core"
    printf '%s\n' "$1" >"$tree/src/app/cli_french.def"
    printf '%s\n' "$2" >"$tree/tools/french-exceptions"
    touch "$tree/src/core/carrier_settings_french.def" "$tree/src/base/err.def"
    echo '{}' >"$tree/src/api/openapi/a.json"
    printf '%s\n' "${@:3}" >"$tree/src/api/a.c"
}

accepts() {
    plant "$@"
    "$root/tools/check-french" "$tree"
}

finds() {
    local pattern=$1
    shift
    plant "$@"
    refuses "$pattern" "$root/tools/check-french" "$tree"
}

# finds_in PATTERN FILE LINE: the same where another file of the tree has this line.
finds_in() {
    local pattern=$1
    plant 'SAY("a", "b")' '' ''
    printf '%s\n' "$3" >"$tree/$2"
    refuses "$pattern" "$root/tools/check-french" "$tree"
}

said='fields_refuse(f, ERR_INVALID, "a", STR("write one or two"));'
case_ends a_refusal_with_its_french_passes \
    accepts 'SAY("write one or two", "écrivez un ou deux")' '' "$said"
case_ends a_refusal_without_its_french_is_found \
    finds 'src/api/a.c:1: no French for: write one or two' 'SAY("write", "écrivez")' '' "$said"
case_ends what_is_written_in_pieces_is_read_as_one \
    finds 'no French for: write one or two' '' '' 'f(STR("write one "' '      "or two"))'
case_ends a_format_is_a_star_of_the_table \
    accepts 'SAY("at most * of them: * too many", "au plus * : * de trop")' '' \
    'x = arena_printf(a, "at most %d of them: %.*s too many", 3, STR_FMT(s));'
case_ends a_format_without_its_french_is_found \
    finds 'no French for: at most \* of them' '' '' 'x = arena_printf(a, "at most %zu of them", n);'
case_ends a_name_is_no_sentence accepts '' '' 'x = STR("account name");'
case_ends a_cure_of_the_description_is_found \
    finds_in 'openapi/a.json:1: no French for: write it all' src/api/openapi/a.json \
    '{"a":{"x-cure":"write it all"}}'
case_ends a_text_of_an_error_is_found \
    finds_in 'err.def:1: no French for: too long' src/base/err.def \
    'ERR(TOO_LONG, 400, 0x45, HARD, "too long")'
case_ends an_exception_is_let_through accepts '' 'src/api/a.c: write one or two' "$said"
case_ends a_needless_exception_is_found \
    finds 'needless: src/api/a.c' 'SAY("write one or two", "x")' 'src/api/a.c' "$said"
plan_ends
