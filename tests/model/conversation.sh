#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/model/conversation.pml holds in every order of steps, and each of its broken variants fails:
# a model that cannot fail says nothing.
set -eu
model=$(cd "$(dirname "$0")" && pwd)/conversation.pml
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

number=0
failed=0
verdict() {
    number=$((number + 1))
    if [ "$1" = 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        sed 's/^/# /' said
        failed=1
    fi
}

# search WORDS DEFINE...: all states, with what Spin says in `said`.
search() {
    local words=$1
    shift
    spin -a "$@" "$model" >said 2>&1 &&
        "${CC:-cc}" -O1 -w -DSAFETY -o pan pan.c >>said 2>&1 &&
        ./pan -m100000 >>said 2>&1 && grep -q "$words" said
}

# Only a search that has reached everything counts.
holds() {
    local name=$1 status=0
    shift
    search 'errors: 0$' "$@" && ! grep -Eq 'max search depth too small|out of memory' said ||
        status=1
    verdict "$status" "$name"
}

fails() {
    local name=$1 status=0
    shift
    search 'errors: 1$' "$@" && grep -q 'assertion violated' said || status=1
    verdict "$status" "$name"
}

holds P4_2_P4_5_no_number_is_shared_and_replies_in_time_are_matched
fails a_draw_that_does_not_look_again_shares_numbers -DBROKEN_DRAW
fails a_conversation_that_does_not_look_again_shares_its_number -DBROKEN_EXTEND
fails a_clock_that_does_not_look_again_loses_replies -DBROKEN_FORGET
echo "1..$number"
exit "$failed"
