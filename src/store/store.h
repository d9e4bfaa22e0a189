/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/store: who may read and who may write. Verbs on rows live in store/<noun>.h; the type they
 * take says it: a `store_view` reads, only the writer can make a `store_tx`.
 *
 * Owner: results live in the view's arena. Threads: a view serves one thread at a time.
 */
#ifndef NAVETTE_STORE_STORE_H
#define NAVETTE_STORE_STORE_H

#include "base/arena.h"
#include "base/mailbox.h"
#include "db/db.h"

struct purse_move;
struct changed_parts;
struct ended;
struct replies;
struct stops;
struct feed;
struct feed_memory;

struct store_view {
    struct db *db;
    struct arena *arena;
};

/* One transaction of the writer. */
struct store_tx {
    struct store_view view;
    int64_t now_us; /* one instant for the whole transaction: the database's clock */
    int64_t epoch;  /* of this node's life: store/node */
    struct store_after *after;
    struct purse_move *moves;    /* of purses, applied before the commit: store/ledger */
    struct changed_parts *parts; /* whose messages are settled before the commit: core/receipt */
    struct ended *ended;         /* messages that got their final state: store/message_ended */
    struct ended *under_way;     /* of which a carrier said something before: the same */
    struct ended *ended_all;     /* the same, whoever has been told: store/list_order */
    struct replies *replies;     /* what they start, accepted at once: core/reply */
    struct stops *stops;         /* what nothing may leave to after the commit: core/quarantine */
    struct feed *feed;           /* what happens in it: store/feed */
    struct feed_memory *memory;  /* of the writer; NULL: it has none */
};

/*
 * What several nodes agree on without asking each other: a message is young for STORE_YOUNG_S by
 * its id. The clock's pass never reaches young ones, nor what an open transaction may still hold
 * back; who changes one that is not young keeps its entries in queue and reference_index himself.
 */
enum { STORE_YOUNG_S = 5 };
bool store_is_young(const struct store_tx *tx, int64_t id);

/*
 * Posts the letter once the transaction is committed, in order; if it is rolled back, `drop` frees
 * the letter instead. This is how work causes effects without having side effects.
 */
void store_after_commit(struct store_tx *tx, struct mailbox *box, struct letter *letter,
                        void (*drop)(struct letter *letter));

/* Brings the schema up to date; of several nodes that come together one does it, the others wait.
 * ERR_STORE_NEWER when the database is ahead of this program; ERR_STORE_UNFINISHED. */
enum err store_migrate(struct db *db) MUST_CHECK;
/* The schema that the database has (0: none), and the one that this program wants. Changes nothing.
 * ERR_STORE_UNFINISHED when a copy into this database did not end (store/copy). */
enum { STORE_UNFINISHED = 1000000000 };
enum err store_schema(int64_t *have, int64_t *want, struct db *db) MUST_CHECK;

/* A named 64-bit figure of the clock's work; 0 when never set. */
enum err store_setting_get(int64_t *value, struct store_view *view, struct str name) MUST_CHECK;
enum err store_setting_set(struct store_tx *tx, struct str name, int64_t value) MUST_CHECK;
/* Adds one; *value is what it is then. */
enum err store_setting_raise(int64_t *value, struct store_tx *tx, struct str name) MUST_CHECK;

#endif
