/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/copy: a whole installation from one database into another, of any engine. Which tables
 * there are, and their columns and keys, is read from the database itself, so that no later
 * migration can be forgotten here.
 *
 * Not copied: the lives of nodes and what they hold (node, bind_place). In their place the copy
 * gets a fenced life of every epoch that stands on a claim, so that the first node that serves it
 * recovers what the others were sending.
 *
 * The source is only read; nobody may write to it meanwhile. Until all is there and was counted,
 * the target's schema is STORE_UNFINISHED and no node serves it. Memory: one page of a table.
 * Threads: one copy at a time in a process.
 */
#ifndef NAVETTE_STORE_COPY_H
#define NAVETTE_STORE_COPY_H

#include "store/store.h"

#define STORE_COPIED_NAME "copied" /* of the lives that stand for claims */

struct store_copied {
    const char *table;
    int64_t rows; /* so far */
    bool done;
};

struct store_copy_table {
    const char *name;
    int64_t source; /* rows */
    int64_t target;
};

/* In the arena of the call. */
struct store_copy {
    struct store_copy_table *tables;
    size_t tables_n;
    int64_t unbalanced_source; /* purses: store_ledger_check */
    int64_t unbalanced_target;
    bool equal; /* all of this on both sides, and it is the same purses */
};

/*
 * Both connections are open, the target's for writing. Calls `progress` (may be NULL) after each
 * page. When the two sides differ in the end, out->equal is false and the target stays unfinished.
 * ERR_INVALID: the source's schema is not the one of this program. ERR_EXISTS: the target has
 * tables. ERR_CONFLICT: the source is being served, or was meanwhile.
 */
enum err store_copy(struct store_copy *out, struct db *source, struct db *target,
                    struct arena *arena, void (*progress)(void *ctx, struct store_copied copied),
                    void *ctx) MUST_CHECK;

#endif
