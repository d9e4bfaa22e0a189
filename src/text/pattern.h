/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/pattern: regular expressions that an operator writes and strangers' bytes are held against.
 * Perl's syntax (PCRE2), exactly one capture group, which is what is looked for; and those of our
 * own (pattern_new_test) that are only asked whether they match.
 * Law: no expression and no text makes a search long: steps and depth are bounded, and one that
 * reaches a bound has found nothing. Bytes, not characters.
 * Threads: a pattern is used by one thread at a time.
 */
#ifndef NAVETTE_TEXT_PATTERN_H
#define NAVETTE_TEXT_PATTERN_H

#include "base/arena.h"

enum {
    PATTERN_MAX = 200,         /* bytes of an expression */
    PATTERN_SUBJECT_MAX = 2000 /* of a text; what is behind them is not searched */
};

struct pattern;

/* ERR_TOO_LONG, or ERR_INVALID: *why, in the arena, says what is wrong with it. */
enum err pattern_new(struct pattern **out, struct str expression, struct arena *a,
                     struct str *why) MUST_CHECK;
/* One that is only asked whether it matches, with any number of groups, of our own making: `$` is
 * the very end. */
enum err pattern_new_test(struct pattern **out, struct str expression, struct arena *a,
                          struct str *why) MUST_CHECK;
void pattern_free(struct pattern *p);
/* What the group holds where the text first matches; false when it matches nowhere, or with an
 * empty group. */
bool pattern_find(struct pattern *p, struct str text, struct str *group);
/* Does it match somewhere? False for a text longer than PATTERN_SUBJECT_MAX. */
bool pattern_matches(struct pattern *p, struct str text);

#endif
