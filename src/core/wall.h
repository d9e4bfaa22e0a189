/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/wall: whom nothing may be sent to any more, for the carriers' thread, which has messages in
 * memory that no row can stop. A stop stands from before its commit until that thread has passed
 * over all that it had in memory then; or until the transaction is rolled back.
 *
 *   writer    raises ── COMMIT ── letter ─────────────────► lowers
 *   carriers  … looks, submits, looks: stopped …   passes over the rest ┘
 *
 * Law: what the carriers' thread hands to a connection between wall_enter and wall_leave, it has
 * looked up since wall_enter; a stop waits, before its commit, for the wall_leave of whoever could
 * have looked before it was there. So nothing is handed over after the commit.
 * Almost always nothing stands: a look costs one load.
 *
 * Room: a stop lives for a commit and a turn of the carriers' thread; those who bring them are
 * bounded (incoming messages by the carriers' inboxes). Threads: as said at each function.
 */
#ifndef NAVETTE_CORE_WALL_H
#define NAVETTE_CORE_WALL_H

#include "base/str.h"

#include <stdatomic.h>

/* Whom it protects, from whom. */
struct stop {
    uint64_t phone;
    int64_t account_id; /* 0: from all */
    struct str number;  /* as phone_bare gives it; n 0: all */
    int64_t answer_id;  /* a message that may leave nevertheless; 0: none */
    int64_t quarantine_id;
};

/* What a look is about. */
struct wall_ask {
    uint64_t phone;
    int64_t account_id;
    struct str sender;
    int64_t message_id;
};

struct wall;
struct wall_stop; /* one that stands */

struct wall *wall_new(void);
void wall_free(struct wall *w);

/* A copy of the stop stands when this returns. The writer's thread, or one that passes on what
 * another node's writer did. */
struct wall_stop *wall_raise(struct wall *w, const struct stop *stop);
const struct stop *wall_stop_of(const struct wall_stop *s);
/* Before the commit: the message that may leave. */
void wall_let_pass(struct wall *w, struct wall_stop *s, int64_t message_id);
/* It is freed. Any thread. */
void wall_lower(struct wall *w, struct wall_stop *s);

/* Around what is looked up and handed over; never while waiting for the writer. The carriers'. */
void wall_enter(struct wall *w);
void wall_leave(struct wall *w);

struct wall_head {
    _Atomic uint32_t standing; /* stops */
};
bool wall_look(struct wall *w, const struct wall_ask *ask);
/* Must this message not leave? The carriers' thread. */
static inline bool wall_stands(struct wall *w, const struct wall_ask *ask)
{
    const struct wall_head *head = (const struct wall_head *)w; /* its first member */
    return w && atomic_load(&head->standing) && wall_look(w, ask);
}

#endif
