#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/run-tests counts honestly: nothing that went wrong is counted as passed, or not at all.
set -u
# shellcheck source=tests/tools/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

# counts EXPECTED SCRIPT [SUITE]: runs the script as the only program of a project, and compares the
# last line and the exit status. What was said is in $scratch/said.
counts() {
    local expected=$1 suite=${3:-tools} said status=0 want=0
    rm -rf "$scratch/project"
    mkdir -p "$scratch/project/tools" "$scratch/project/tests/$suite"
    cp "$root/tools/run-tests" "$scratch/project/tools/"
    printf '%s\n' "$2" >"$scratch/project/tests/$suite/program.sh"
    said=$("$scratch/project/tools/run-tests" "$suite" 2>&1) || status=$?
    printf '%s\n' "$said" >"$scratch/said"
    printf '%s\n' "$said"
    [[ $expected == [1-9]*' passed, 0 failed' ]] || want=1
    [ "$(tail -n 1 <<<"$said")" = "$expected" ] && [ "$status" = "$want" ]
}

# What a script does the first time only.
first() {
    printf '[ -e ran ] || { touch ran; %s; }; echo 1..1; echo ok 1' "$1"
}
failing='echo 1..1; echo not ok 1; exit 1'

# What failed among the others and passes alone is counted, and named.
passes_alone() {
    counts '1 passed, 0 failed' "$(first "$failing")" &&
        grep -Eq '^FAIL tools/program ' "$scratch/said" &&
        grep -Eq '^ok \(alone\) tools/program ' "$scratch/said" &&
        grep -A 1 '^passed only when run again alone:$' "$scratch/said" |
            grep -Eqx '  tools/program'
}

nothing_ran_again() {
    ! grep -q alone "$scratch/said"
}

no_second_time() {
    counts '1 passed, 0 failed' 'echo 1..1; echo ok 1' && nothing_ran_again
}

is_not_forgiven() {
    counts "$@" && nothing_ran_again
}

# never_forgiven FAULT: a process in which a sanitizer finds this, and of which the script throws
# away all that it says.
never_forgiven() {
    printf '#include <stdlib.h>\nint main(int n, char **v) { %s; return (int)(size_t)v & 0; }\n' \
        "$1" >"$scratch/fault.c"
    cc -w -g -fsanitize=address,undefined "$scratch/fault.c" -o "$scratch/fault" || return 1
    is_not_forgiven '1 passed, 1 failed' "$scratch/fault >/dev/null 2>&1; echo 1..1; echo ok 1" &&
        grep -q 'ERROR: .*Sanitizer' "$scratch/said"
}

# A project whose only program is this one of e2e, and whose server writes down what is asked of it.
postgres_project() {
    rm -rf "$scratch/project"
    mkdir -p "$scratch/project/tools" "$scratch/project/tests/e2e"
    cp "$root/tools/run-tests" "$scratch/project/tools/"
    printf '%s\n' "$1" >"$scratch/project/tests/e2e/program.sh"
    printf '#!/bin/sh\necho "$1" >>%s/asked\necho postgresql:///there\n' "$scratch/project" \
        >"$scratch/project/tests/postgres"
    chmod +x "$scratch/project/tests/postgres"
}

was_asked() {
    cat "$scratch/project/asked"
    [ "$(echo $(cat "$scratch/project/asked"))" = "$1" ]
}

# several NAME... -- SCRIPT: a project of these programs of e2e, each of which runs the script.
several() {
    local name names=()
    while [ "$1" != -- ]; do
        names+=("$1")
        shift
    done
    postgres_project "$2"
    for name in "${names[@]}"; do
        mv "$scratch/project/tests/e2e/program.sh" "$scratch/project/tests/e2e/$name.sh"
        cp "$scratch/project/tests/e2e/$name.sh" "$scratch/project/tests/e2e/program.sh"
    done
    rm "$scratch/project/tests/e2e/program.sh"
}

# Each waits for the other.
meeting='touch "$0.here"; both() { [ $(ls tests/e2e/*.here | wc -l) = 2 ]; }
for try in $(seq 100); do ! both || break; sleep 0.02; done
echo 1..1; both && echo ok 1 || echo not ok 1; sleep 0.5; rm "$0.here"'

two_run_at_once() {
    several a b -- "$meeting"
    JOBS=2 "$scratch/project/tools/run-tests" e2e >"$scratch/said"
    cat "$scratch/said"
    grep -q '^2 passed, 0 failed$' "$scratch/said" && nothing_ran_again
}

no_more_than_that_run_at_once() {
    several a b -- "$meeting"
    JOBS=1 "$scratch/project/tools/run-tests" e2e >"$scratch/said"
    cat "$scratch/said"
    grep -q '^0 passed, 2 failed$' "$scratch/said"
}

# The first is the last to end.
what_is_said_is_in_order() {
    several a b c -- 'echo 1..2; echo ok 1; [[ $0 != */a.sh ]] || sleep 0.5; echo not ok 2'
    JOBS=3 "$scratch/project/tools/run-tests" e2e >"$scratch/said"
    cat "$scratch/said"
    [ "$(sed -n 's/^FAIL e2e.\(.\) .*/\1/p' "$scratch/said" | xargs)" = 'a b c' ] &&
        [ "$(sed -n 's/^FAIL (alone) e2e.\(.\) .*/\1/p' "$scratch/said" | xargs)" = 'a b c' ] &&
        grep -q '^3 passed, 3 failed$' "$scratch/said"
}

a_server_is_started_and_stopped() {
    postgres_project 'echo 1..1; echo "ok 1 - on ${NAVETTE_TEST_POSTGRES:-none}"'
    "$scratch/project/tools/run-tests" e2e e2e-postgres e2e-postgres || return 1
    cat "$scratch"/project/build/test-logs/*/program.log
    was_asked 'start start stop stop' &&
        grep -q 'on none$' "$scratch/project/build/test-logs/e2e/program.log" &&
        grep -q there "$scratch/project/build/test-logs/e2e-postgres/program.log"
}

it_has_a_server_alone_too() {
    postgres_project "cd $scratch/project; $(first "$failing")"
    "$scratch/project/tools/run-tests" e2e-postgres || return 1
    was_asked 'start stop start stop'
}

one_run_is_enough_without_a_database() {
    postgres_project '# The same on any database.
echo 1..1; echo ok 1'
    "$scratch/project/tools/run-tests" e2e e2e-postgres || return 1
    [ -e "$scratch/project/build/test-logs/e2e/program.log" ] &&
        [ ! -e "$scratch/project/build/test-logs/e2e-postgres/program.log" ]
}

an_interrupt_stops_the_server() {
    local run try
    postgres_project "echo \$\$ >$scratch/project/runs; sleep 20"
    "$scratch/project/tools/run-tests" e2e-postgres &
    run=$!
    for ((try = 0; try < 200; try++)); do
        [ ! -s "$scratch/project/runs" ] || break
        sleep 0.05
    done
    kill -TERM "$run"
    wait "$run"
    [ $? = 130 ] && was_asked 'start stop' &&
        ! kill -0 "$(cat "$scratch/project/runs")" 2>/dev/null
}

node_counts() {
    local expected=$1 said
    printf '%s\n' "import {describe, it, test} from 'node:test';" "$2" >"$scratch/a.test.mjs"
    said=$(node --test-reporter="$root/tools/tap-reporter.mjs" \
        --test-reporter-destination=stdout "$scratch/a.test.mjs")
    printf '%s\n' "$said"
    [ "$(grep -Ec '^ok ' <<<"$said") $(grep -Ec '^not ok ' <<<"$said")" = "$expected" ] &&
        grep -q '^1\.\.' <<<"$said"
}

case_ends passed_cases_are_counted \
    counts '2 passed, 0 failed' 'echo ok 1 - a; echo ok 2 - b; echo 1..2'
case_ends a_failed_case_is_counted \
    counts '1 passed, 1 failed' 'echo 1..2; echo ok 1; echo not ok 2; exit 1'
case_ends a_failed_case_counts_whatever_the_exit_status \
    counts '0 passed, 1 failed' 'echo 1..1; echo not ok 1'
case_ends a_crash_before_the_end_of_the_plan_counts_what_never_ran \
    counts '1 passed, 2 failed' 'echo 1..3; echo ok 1; kill -SEGV $$'
case_ends a_failing_exit_after_good_cases_is_a_failure \
    counts '1 passed, 1 failed' 'echo 1..1; echo ok 1; exit 23'
case_ends a_plan_cut_short_with_success_is_a_failure \
    counts '1 passed, 1 failed' 'echo 1..2; echo ok 1'
case_ends a_program_that_reports_nothing_is_a_failure counts '0 passed, 1 failed' 'true'
case_ends a_program_without_a_plan_is_a_failure counts '1 passed, 1 failed' 'echo ok 1'
case_ends a_skipped_case_is_not_a_passed_one \
    counts '1 passed, 0 failed' 'echo 1..2; echo ok 1; echo "ok 2 - b # SKIP no IPv6 here"'
case_ends an_empty_run_is_no_success counts '0 passed, 0 failed' 'echo "1..1"; echo "ok 1 # SKIP"'
case_ends what_passes_alone_is_named passes_alone
case_ends what_passed_does_not_run_again no_second_time
case_ends a_death_by_signal_is_not_forgiven \
    is_not_forgiven '0 passed, 1 failed' "$(first 'kill -SEGV $$')"
case_ends what_searches_by_itself_is_not_forgiven \
    is_not_forgiven '0 passed, 1 failed' "$(first "$failing")" model
case_ends an_overflow_on_the_heap_is_not_forgiven never_forgiven '((char *)malloc(1))[n] = 1'
case_ends undefined_behaviour_is_not_forgiven never_forgiven 'n += 2147483647'
case_ends an_abort_is_not_forgiven never_forgiven 'abort()'
case_ends a_leak_is_not_forgiven never_forgiven 'malloc(1)'
case_ends a_suite_has_a_server_of_its_own a_server_is_started_and_stopped
case_ends what_runs_alone_has_a_server_too it_has_a_server_alone_too
case_ends what_is_the_same_on_any_database_runs_once one_run_is_enough_without_a_database
case_ends an_interrupted_suite_leaves_no_program_and_no_server an_interrupt_stops_the_server
case_ends programs_run_side_by_side two_run_at_once
case_ends there_is_a_limit_to_that no_more_than_that_run_at_once
case_ends what_ran_side_by_side_is_told_in_order what_is_said_is_in_order
case_ends an_unknown_suite_is_refused \
    refuses "no suite attic" "$scratch/project/tools/run-tests" attic
case_ends node_suites_are_not_counted_as_tests node_counts '2 1' "
    describe('a', () => { it('b', () => {}); it('c', () => { throw new Error('no'); }); });
    test('d', () => {});"
case_ends node_subtests_are_counted_and_failed_once node_counts '1 1' "
    test('a', async (t) => {
        await t.test('b', () => {});
        await t.test('c', () => { throw new Error('no'); });
    });"
case_ends a_failing_hook_is_a_failure node_counts '0 2' "
    import {before} from 'node:test';
    describe('a', () => { before(() => { throw new Error('no'); }); it('b', () => {}); });"
plan_ends
