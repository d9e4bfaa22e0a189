/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A core on a real store in virtual time, on one thread, with one carrier (id 5) of whose link the
 * test plays the part: jobs are posted, the writer runs once, letters are delivered. After each
 * test the ledger must balance.
 */
#ifndef NAVETTE_TESTS_SCENARIO_CORE_WORLD_H
#define NAVETTE_TESTS_SCENARIO_CORE_WORLD_H

#include "core/accept.h"
#include "core/core.h"
#include "store/incoming.h"

#define WORLD_START_US (INT64_C(1795269900) * SEC_US) /* 2026-11-21T14:05:00Z */
enum { WORLD_CARRIER = 5, WORLD_ARRIVED_MAX = 64 };

struct world {
    char dir[64];
    char url[128];
    struct core *core;
    struct mailbox *home; /* where jobs come back */
    struct mailbox *wire; /* the carrier's thread */
    struct outgoing *arrived[WORLD_ARRIVED_MAX];
    size_t arrived_n;
    struct arena *arena;
    struct db *reader;
    struct outbox_slot *slot;
    const struct directory *directory;
};
extern struct world world;

/* Before all tests; not 0 when it cannot be. */
int world_begin(void);
/* cmocka's set-up and tear-down. */
int world_set_up(void **state);
int world_tear_down(void **state);

/* A change of an operator, then the directory anew. */
void world_change(enum err (*apply)(struct core *c, struct store_tx *tx, struct change *change));
/* The carrier's settings from now on: members of JSON beside "host". */
void world_settings(const char *members);
/* The process ends, and another one starts on the same rows. */
void world_restart(void);
/* The writer's next turn; all letters are read. */
void world_turn(void);
/* The same with a job: it comes back, all letters are read. */
void world_do(struct job *job);
/* The clock comes by; of so much later. */
void world_tick(int64_t later_us);

/* Accepts a text of so many septets to this number; its id. It is on its way to the link:
 * world.arrived. */
int64_t world_send(const char *to, size_t septets);
/* The link: a part was taken under this id. */
void world_sent(const struct outgoing *o, uint32_t part, const char *ref);
/* A receipt of the carrier; what comes back. */
enum err world_receipt(const char *ref, enum message_state state, const char *text);
/* The same where an unknown id is not kept. */
enum err world_receipt_or(const char *ref, enum message_state state, enum unknown_receipt unknown);

struct message world_message(int64_t id);
void world_assert_state(int64_t id, enum message_state state, const char *receipt);
/* The only column of the only row. */
int64_t world_count(const char *sql);
/* What phones wrote, newest first. */
struct incoming *world_heard(size_t *n);
struct store_view world_view(void);

#endif
