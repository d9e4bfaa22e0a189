#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the tables of the source define stands in the guides, in both languages.
set -u
# shellcheck source=tests/tools/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
cd "$root" || exit 1

# told GUIDE WORD...: every word stands in the guide and in its French twin.
told() {
    local guide=$1 word page missing=0
    shift
    [ $# -gt 0 ] || {
        echo "no words: the table was not read"
        return 1
    }
    for page in "docs/$guide" "docs/fr/$guide"; do
        for word in "$@"; do
            grep -qF -- "$word" "$page" || {
                echo "$page: nothing of $word"
                missing=1
            }
        done
    done
    return $missing
}

# words TABLE PATTERN [GROUP]: what the pattern's group (1) catches in each line of a table.
words() {
    sed -nE "s/^$2.*/\\${3:-1}/p" "src/$1"
}

mapfile -t options < <(words app/config.def 'CONFIG\([a-z_]+, *"([a-z-]+)"' | sed 's/^/--/')
mapfile -t figures < <(words base/metric.def 'METRIC\([A-Z_]+, *[a-z]+, *"([a-z_]+)' | sort -u)
mapfile -t carrier_figures < <(grep -ohE 'navette_carrier_[a-z_]+' src/carrier/carriers.c | sort -u)
mapfile -t settings < <(sed -nE 's/^(TEXT|SECRET|NUMBER|FLAG|CHOICE)\(([a-z_]+),.*/\2/p' \
    src/core/carrier_settings.def)
mapfile -t endings < <(words sim/outcome.def 'OUTCOME\([A-Z_]+, *([0-9]{4})')
mapfile -t quirks < <(words sim/quirk.def '(CHOICE|SET|NUMBER)\([a-z_]+, *"([a-z-]+)"' 2 |
    sed 's/^/--/')
mapfile -t quirk_words < <(words sim/quirk.def ' +WORD\([A-Z0-9_]+, *("[a-z0-9-]+")' | tr '"' '`')
mapfile -t states < <(words store/message_state.def 'STATE\(([A-Z_]+)')
mapfile -t verbs < <(sed -nE 's/^    \{"db", "([a-z]+)".*/db \1/p' src/app/cli_table.c)

case_ends every_option_of_serve_is_told told operations.md "${options[@]}"
case_ends every_verb_of_db_is_told told command-line.md "${verbs[@]}" --from --to --config
case_ends every_figure_is_told told operations.md "${figures[@]}" "${carrier_figures[@]}"
case_ends every_setting_of_a_carrier_is_told told carriers.md "${settings[@]}"
case_ends every_special_number_is_told told simulator.md "${endings[@]}"
case_ends every_quirk_is_told told simulator.md "${quirks[@]}" "${quirk_words[@]}"
case_ends every_state_is_told told message-life.md "${states[@]}"
case_ends a_guide_that_forgets_is_found refuses 'nothing of no_such_word' \
    told operations.md no_such_word
plan_ends
