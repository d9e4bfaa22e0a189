/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/statistic: how much of what happened, by quarter hour (UTC), account, node and carrier.
 *
 * Counts are added in the commits that they count (store/feed), so that they are as true as the
 * rows. Each node has rows of its own: nodes never wait for each other here. Account 0 has the sum
 * of all accounts. Each stands a second time by hours, so that a year is few rows. Failures stand
 * by state and by the carrier's word, a row a quarter and one a day (UTC), so that a year of them
 * is few rows. Times are quarters since 1970: STATISTIC_QUARTER_US. Threads: the writer's for what
 * takes a store_tx.
 */
#ifndef NAVETTE_STORE_STATISTIC_H
#define NAVETTE_STORE_STATISTIC_H

#include "store/message_state.h"
#include "store/store.h"

#define STATISTIC_QUARTER_US (INT64_C(900) * 1000000)
enum { STATISTIC_QUARTERS_AN_HOUR = 4, STATISTIC_QUARTERS_A_DAY = 96 };

enum statistic_count {
#define COUNT(name, column, what) STATISTIC_##name,
#include "store/statistic.def"
#undef COUNT
    STATISTIC_COUNTS
};
const char *statistic_name(enum statistic_count count);

struct statistic {
    int64_t account_id; /* 0: all */
    int64_t carrier_id; /* 0: none */
    int64_t counts[STATISTIC_COUNTS];
};

enum { STATISTIC_WORD_MAX = 48 };
struct statistic_failure {
    int64_t account_id;
    enum message_state state;
    struct str word; /* the carrier's; at most STATISTIC_WORD_MAX bytes */
    int64_t count;
};

/* Each account and carrier once; they are sorted. */
enum err store_statistic_add(struct store_tx *tx, struct statistic *rows, size_t n) MUST_CHECK;
/* Each account, state and word once; they are sorted. */
enum err store_failure_add(struct store_tx *tx, struct statistic_failure *rows,
                           size_t n) MUST_CHECK;

/* Calls `each` for every row of the account in [from, to), by quarter; of several nodes and
 * carriers, several. hourly: a row an hour, a quarter of the work, where from and to begin hours
 * (UTC). */
enum err store_statistic_each(struct store_view *view, int64_t account_id, bool hourly,
                              int64_t from, int64_t to,
                              void (*each)(void *ctx, int64_t quarter, const struct statistic *s),
                              void *ctx) MUST_CHECK;
/* Failures of the account in [from, to), the most frequent first, at most `limit`. */
enum err store_failure_list(struct statistic_failure **out, size_t *n, struct store_view *view,
                            int64_t account_id, int64_t from, int64_t to, size_t limit) MUST_CHECK;

#endif
