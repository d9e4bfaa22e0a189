/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/retention: texts that an account does not keep for ever. Rows and figures stay; a text
 * that is gone is empty, which no message's ever is otherwise.
 *
 * A mark an account moves forward only, in the order of ids, which is that of time. Messages that
 * had not ended when it passed stand in text_open until they have.
 */
#ifndef NAVETTE_STORE_RETENTION_H
#define NAVETTE_STORE_RETENTION_H

#include "store/message.h"

struct text_mark {
    int64_t account_id; /* 0: of incoming that no account was found for */
    int64_t message_id; /* the last that it passed */
    int64_t incoming_id;
};
/* Zeros where there is none yet. */
enum err store_text_mark_get(struct text_mark *out, struct store_view *view,
                             int64_t account_id) MUST_CHECK;
enum err store_text_mark_put(struct store_tx *tx, const struct text_mark *mark) MUST_CHECK;

/* Empties the next texts of the account below `before_id`, at most `limit`, and moves *mark; *seen:
 * how many it passed. Open messages are put into text_open, to be looked at from look_at_us on. */
enum err store_text_drop_messages(size_t *seen, struct store_tx *tx, struct text_mark *mark,
                                  int64_t before_id, int64_t look_at_us, size_t limit) MUST_CHECK;
/* Stops before the first that is held back. */
enum err store_text_drop_incoming(size_t *seen, struct store_tx *tx, struct text_mark *mark,
                                  int64_t before_id, size_t limit) MUST_CHECK;

struct text_open {
    int64_t message_id;
    int64_t account_id;
    enum message_state state; /* as it is now */
    int64_t done_at_us;       /* 0: not yet */
};
/* Those to be looked at by now, in order. */
enum err store_text_open_due(struct text_open **out, size_t *n, struct store_tx *tx,
                             size_t limit) MUST_CHECK;
enum err store_text_open_again(struct store_tx *tx, int64_t message_id,
                               int64_t look_at_us) MUST_CHECK;
/* Its text goes, and its row here. */
enum err store_text_open_drop(struct store_tx *tx, int64_t message_id) MUST_CHECK;

#endif
