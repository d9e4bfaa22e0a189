/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/core_base: the inside of struct core, for the files of this room only.
 */
#ifndef NAVETTE_CORE_CORE_BASE_H
#define NAVETTE_CORE_CORE_BASE_H

#include "base/map.h"
#include "core/core.h"
#include "store/reference.h"

#include <pthread.h>

/* core/places: what it remembers between its looks. */
struct places {
    int64_t looked_at_us;
    const void *seen;      /* the directory of the last look; only compared */
    bool again;            /* the last look changed something */
    int64_t changed_at_us; /* when it last took one, or gave one up to even out the load */
};

struct core {
    struct core_config config;
    struct db *db; /* the writer's */
    struct writer *writer;
    struct outbox *outbox;
    struct references *references; /* the writer's */
    struct map *latest; /* the writer's: whom a phone heard last, see latest_note; hints */
    int64_t epoch;
    unsigned number;           /* of this node, in its ids */
    struct places places;      /* the writer's */
    struct mailbox *clock_box; /* where the clock's own jobs come back */
    pthread_t clock_thread;
    _Atomic bool clock_stopping;
    bool started;

    pthread_mutex_t directory_lock; /* guards the three below */
    const struct directory *directory;
    struct mailbox *directory_box;
    struct letter *directory_letter;
};

/* ---- work of the writer, by kind of job: each in the file of its name ---- */

job_work change_work;
job_work accept_work;
job_work outcome_work;
job_work take_work;
job_work receipt_work;
job_work incoming_work;
job_work clock_work;

/* ---- shared among them ---- */

/* Ends a message that did not leave, or not as a whole: out of the queue, the move, and the refund
 * unless a carrier took a part of it. A message that is no longer in this state, because another
 * node was quicker, is left alone. *ended (may be NULL): it was not. */
enum err end_unsent(struct store_tx *tx, const struct message *m, enum message_state to,
                    struct str receipt, bool *ended) MUST_CHECK;

/* Messages of several parts: SENT once the carrier answered for each of their parts, final once the
 * receipts say so. Ids in ascending order, each once: until the transaction ends they are held
 * against other nodes that settle them. */
enum err parts_settle(struct store_tx *tx, const int64_t *message_ids, size_t n) MUST_CHECK;
/* Joins receipts that came before their messages were known by these references. */
enum err receipt_join_early(struct core *c, struct store_tx *tx, const struct reference *refs,
                            size_t n) MUST_CHECK;

/* What this node's earlier life left SENDING: in doubt. Before the threads start. */
enum err recover(struct core *c) MUST_CHECK;
/* Remembers a message as its phone's newest, until the index knows it. */
void latest_note(struct core *c, const struct message *m);
/* All that the index does not know yet: at start. */
enum err latest_load(struct core *c, struct store_view *view) MUST_CHECK;
/* Joins parts of long incoming whose others never came. */
enum err incoming_give_up(struct core *c, struct store_tx *tx, int64_t before_us) MUST_CHECK;

/* On a shared database: takes places of carriers and gives some up. *soon: the next tick should
 * come soon. */
enum err places_tick(struct core *c, struct store_tx *tx, bool *soon) MUST_CHECK;
/* The carriers look at the directory and their slots again. Any thread. */
void core_tell_carriers(struct core *c);

void clock_start(struct core *c);
void clock_stop(struct core *c);

#endif
