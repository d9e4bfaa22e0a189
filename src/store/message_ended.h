/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/message_ended: which messages got their final state in a transaction, or a carrier's word
 * before it, for who tells others.
 * store/message notes them where it writes the state, so that no end is missed and none is told
 * that was left alone; a note costs no statement. Threads: the writer's.
 */
#ifndef NAVETTE_STORE_MESSAGE_ENDED_H
#define NAVETTE_STORE_MESSAGE_ENDED_H

#include "store/message.h"

struct ended {
    struct ended *before;
    struct ended *before_in_all; /* also behind those that were taken */
    const int64_t *ids;
    size_t n;
};

/* The ids are copied. */
void store_ended_note(struct store_tx *tx, const int64_t *ids, size_t n);
/* Of one call that may have changed some rows only: those whose `changed` is not 0. */
void store_ended_note_changed(struct store_tx *tx, const struct message_finish *rows, size_t n,
                              const int64_t *changed);

/* One of which the carrier said something that is no end; it is told only if it has not ended when
 * they are taken. */
void store_under_way_note(struct store_tx *tx, int64_t id);

struct message_end {
    int64_t id;
    int64_t account_id;
    int64_t user_id;
    enum message_state state;
    struct str sender;
    uint64_t recipient;
    int64_t done_at_us; /* 0: it has not ended */
    int64_t told_at_us; /* then: when the carrier said so; left 0 here */
    struct str receipt;
    struct str tag;
    uint32_t parts;
    int64_t credits;
};
/* All that ended since the last call of this transaction, then those that are under way: one
 * statement, none when there are none. */
enum err store_ended_take(struct message_end **out, size_t *n, struct store_tx *tx) MUST_CHECK;

#endif
