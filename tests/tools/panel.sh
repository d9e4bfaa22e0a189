#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The panel's own checks pass, it stays small, and its packing keeps what it packs.
set -u
# shellcheck source=tests/tools/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
first_bytes_most=256000

types_lint_format_and_tests() {
    "$root/tools/build-panel" --check
}

# What index.html names, and the texts of a language, as the browser gets them.
the_first_page_is_small() {
    local n=0 file
    while read -r file; do
        n=$((n + $(gzip -9 <"$root/panel/dist/$file" | wc -c)))
    done < <(cd "$root/panel/dist" && grep -o 'assets/[^"]*\.js' index.html && ls assets/fr-*.js)
    echo "$n bytes"
    [ "$n" -gt 50000 ] && [ "$n" -le "$first_bytes_most" ]
}

packed_again_is_the_same() {
    "$root/tools/pack" panel_packed "$root/panel/dist" "$scratch/files.c" &&
        cmp "$scratch/files.bin" "$root/build/panel/files.bin"
}

an_unknown_kind_is_refused() {
    mkdir -p "$scratch/odd"
    echo >"$scratch/odd/page.odd"
    refuses 'no type is known for .odd' "$root/tools/pack" odd "$scratch/odd" "$scratch/odd.c"
}

case_ends types_lint_format_and_tests_pass types_lint_format_and_tests
case_ends the_first_page_is_small the_first_page_is_small
case_ends packed_again_is_the_same packed_again_is_the_same
case_ends an_unknown_kind_of_file_is_refused an_unknown_kind_is_refused
plan_ends
