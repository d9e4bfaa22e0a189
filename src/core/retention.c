/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that are older than their account keeps them. A text goes so many days after it was
 * accepted or received; that of a message which had not ended by then, so many days after its end.
 * The accounts take turns, a few a tick, and each goes on where its mark stands. What came in for
 * no account goes with that of the account which keeps its texts longest, of those that do not for
 * ever.
 */
#include "store/retention.h"

#include "base/clock.h"
#include "core/core_base.h"
#include "store/id.h"

enum {
    PASS_EVERY_S = 60,
    ACCOUNTS_AT_ONCE = 20,
    TEXTS_AT_ONCE = 1000,
    OPEN_AGAIN_H = 24, /* when one that has not ended is looked at again */
};

static enum err drop_of_account(size_t *seen, struct store_tx *tx, const struct account *account)
{
    struct text_mark mark;
    size_t messages = 0, incoming = 0;
    int64_t before_id = store_id_at(tx->now_us - account->keep_days * DAY_US);
    enum err e = store_text_mark_get(&mark, &tx->view, account->id);
    if (!e)
        e = store_text_drop_messages(&messages, tx, &mark, before_id,
                                     tx->now_us + OPEN_AGAIN_H * HOUR_US, TEXTS_AT_ONCE);
    if (!e)
        e = store_text_drop_incoming(&incoming, tx, &mark, before_id, TEXTS_AT_ONCE);
    *seen = messages + incoming;
    return e || !*seen ? e : store_text_mark_put(tx, &mark);
}

/* Once a pass. */
static enum err drop_of_nobody(size_t *seen, struct store_tx *tx, const struct directory *d)
{
    struct text_mark mark;
    int64_t longest_days = 0;
    for (size_t i = 0; i < d->accounts_n; i++)
        if (d->accounts[i].keep_days > longest_days)
            longest_days = d->accounts[i].keep_days;
    *seen = 0;
    if (!longest_days)
        return OK;
    int64_t before_id = store_id_at(tx->now_us - longest_days * DAY_US);
    enum err e = store_text_mark_get(&mark, &tx->view, 0);
    if (!e)
        e = store_text_drop_incoming(seen, tx, &mark, before_id, TEXTS_AT_ONCE);
    return e || !*seen ? e : store_text_mark_put(tx, &mark);
}

/* *slow: an account has more, or others wait for their turn. */
static enum err drop_texts(struct core *c, struct store_tx *tx, const struct directory *d,
                           bool *slow)
{
    struct retention *r = &c->retention;
    size_t seen = 0, looked = 0;
    enum err e = OK;
    while (r->next_account < d->accounts_n && looked < ACCOUNTS_AT_ONCE && seen < TEXTS_AT_ONCE &&
           !e) {
        const struct account *account = &d->accounts[r->next_account];
        size_t some = 0;
        if (account->keep_days) {
            looked++;
            e = drop_of_account(&some, tx, account);
        }
        seen += some;
        if (some < TEXTS_AT_ONCE)
            r->next_account++;
    }
    *slow = r->next_account < d->accounts_n;
    if (e || *slow)
        return e;
    e = drop_of_nobody(&seen, tx, d);
    *slow = seen == TEXTS_AT_ONCE;
    return e;
}

static enum err look_at_open(struct store_tx *tx, const struct directory *d,
                             const struct text_open *open)
{
    const struct account *account = directory_account_by_id(d, open->account_id);
    int64_t look_at_us = tx->now_us + OPEN_AGAIN_H * HOUR_US;
    if (account && account->keep_days && message_state_final(open->state)) {
        int64_t over_us = open->done_at_us + account->keep_days * DAY_US;
        if (over_us <= tx->now_us)
            return store_text_open_drop(tx, open->message_id);
        look_at_us = over_us;
    }
    return store_text_open_again(tx, open->message_id, look_at_us);
}

static enum err drop_ended(struct store_tx *tx, const struct directory *d, bool *full)
{
    struct text_open *list;
    size_t n;
    enum err e = store_text_open_due(&list, &n, tx, TEXTS_AT_ONCE);
    for (size_t i = 0; i < n && !e; i++)
        e = look_at_open(tx, d, &list[i]);
    *full = n == TEXTS_AT_ONCE;
    return e;
}

enum err retention_tick(struct core *c, struct store_tx *tx, bool *more)
{
    struct retention *r = &c->retention;
    bool slow = false, full = false;
    if (r->pass_at_us > tx->now_us)
        return OK;
    const struct directory *d = core_directory(c);
    enum err e = drop_texts(c, tx, d, &slow);
    if (!e && !slow)
        e = drop_ended(tx, d, &full);
    directory_release(d);
    *more |= slow || full;
    if (e || slow || full)
        return e;
    r->pass_at_us = tx->now_us + PASS_EVERY_S * SEC_US;
    r->next_account = 0;
    return OK;
}
