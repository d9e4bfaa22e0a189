# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the tests of our tools: a scratch folder and cases in TAP.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cases=0
failures=0

# case_ends LAW COMMAND...: the case passes when the command succeeds, else shows what it printed.
case_ends() {
    local law=$1
    shift
    cases=$((cases + 1))
    if "$@" >"$scratch/.output" 2>&1; then
        echo "ok $cases - $law"
    else
        failures=$((failures + 1))
        echo "not ok $cases - $law"
        sed 's/^/# /' "$scratch/.output"
    fi
}

# refuses PATTERN COMMAND...: the command fails, and says why by a line that matches.
refuses() {
    local pattern=$1 said
    shift
    if said=$("$@" 2>&1); then
        printf 'succeeded, and said: %s\n' "$said"
        return 1
    fi
    printf '%s\n' "$said"
    grep -Eq -- "$pattern" <<<"$said"
}

plan_ends() {
    echo "1..$cases"
    exit $((failures > 0))
}
