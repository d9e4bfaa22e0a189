/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/list_page: one page of a list: walks its order, reads the rows, keeps those that match.
 *
 * A page ends when it is full, when there are no more rows, or when so many were looked at that
 * whoever asked should not wait longer: `partial`, and the next page goes on from there. A filter
 * that leaves few rows is answered by reading and sorting all of them instead.
 * Owner: rows live in the view's arena. Threads: a view's.
 */
#ifndef NAVETTE_STORE_LIST_PAGE_H
#define NAVETTE_STORE_LIST_PAGE_H

#include "store/list_walk.h"

/* What a page asks of the rows that it lists. */
struct list_kind {
    size_t size; /* of a row, as in C */
    /* One row an id, in their order, zeroed where there is none. */
    enum err (*load)(void **rows, struct store_view *view, const int64_t *ids, size_t n);
    int64_t (*id)(const void *row);
    struct list_key (*key)(const void *row, enum list_by by);
    bool (*matches)(const void *row, const void *search);
};

struct list_budget {
    size_t rows;     /* to look at, at most; a page looks at some at least */
    size_t few;      /* what has at most so many rows by its keys is read whole, and sorted */
    int64_t time_us; /* since when it has taken so long it ends; 0: any time */
};
/* Of a question that somebody waits for. */
enum { LIST_BUDGET_ROWS = 20000, LIST_BUDGET_FEW = 2000, LIST_BUDGET_MS = 70 };

struct list_page {
    void *rows;
    size_t n;
    bool more;             /* there may be a next page, behind `end` */
    bool partial;          /* it ended before it was full */
    struct list_place end; /* the last that was looked at */
    int64_t whole_to_id;   /* newer ones may be missing from this order; INT64_MAX */
};

enum err list_page_read(struct list_page *out, struct store_view *view, const struct list_way *way,
                        const struct list_kind *kind, const void *search, size_t limit,
                        const struct list_budget *budget) MUST_CHECK;

/* Does the text have this in it, whatever the case? `part` is folded (text/word). */
bool list_text_has(struct arena *scratch, struct str text, struct str part);

#endif
