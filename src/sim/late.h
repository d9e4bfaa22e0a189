/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/late: what phones will say later, so that a person can try what becomes of a late answer.
 * In memory only, at most LATE_WORDS of them. Owner: late_free. Threads: the loop's own.
 */
#ifndef NAVETTE_SIM_LATE_H
#define NAVETTE_SIM_LATE_H

#include "base/arena.h"

enum { LATE_WORDS = 1000, LATE_MAX_S = 7 * 24 * 3600 };

struct late_words {
    struct late_words *next;
    int64_t due_us; /* clock_mono_us */
    struct str number, to, text;
};

struct late;

struct late *late_new(void);
void late_free(struct late *late);
/* Copies. ERR_LIMIT when too much waits. */
enum err late_add(struct late *late, int64_t due_us, struct str number, struct str to,
                  struct str text) MUST_CHECK;
/* The first of those that are due, taken out: the caller's to free(). NULL: none. */
struct late_words *late_take(struct late *late, int64_t now_us);
size_t late_count(const struct late *late);

#endif
