/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts: the ends of one commit, gathered into one errand for each place that is told. Accounts
 * without a URL cost nothing while there is no such URL at all, and one look at the message's row
 * where others have one.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "core/core_base.h"
#include "core/ptt.h"
#include "store/message_ended.h"

#include <stdlib.h>

enum { EVENT_MOST = 4096 };

struct told_end {
    const struct message_end *end;
    const struct str *url;
    enum callback_profile profile;
};

static int by_place(const void *a, const void *b)
{
    const struct told_end *x = a;
    const struct told_end *y = b;
    if (x->end->account_id != y->end->account_id)
        return x->end->account_id < y->end->account_id ? -1 : 1;
    if (x->url != y->url)
        return x->url < y->url ? -1 : 1;
    return (x->end->id > y->end->id) - (x->end->id < y->end->id);
}

/* Before its end only what has a code. */
static bool is_told(const struct message_end *m)
{
    return m->done_at_us || ptt_of(m->state, m->receipt).code;
}

/* The user's own URL, else the account's. */
static bool find_place(struct told_end *out, const struct directory *d, const struct message_end *m)
{
    const struct callback_setting *s = directory_callback(d, m->account_id);
    const struct api_user *user = m->user_id ? directory_user_by_id(d, m->user_id) : NULL;
    *out = (struct told_end){.end = m, .profile = s ? s->profile : PROFILE_OVH};
    if (user && user->receipts_url.n)
        out->url = &user->receipts_url;
    else if (s && s->receipts_url.n)
        out->url = &s->receipts_url;
    return out->url != NULL;
}

/* One errand of the ends from the first on; how many it took. */
static size_t pack(struct errand *out, struct arena *a, const struct told_end *ends, size_t n)
{
    struct buf body = buf_limited((size_t)ERRAND_EVENTS_MAX * EVENT_MOST);
    size_t took = 0;
    while (took < n && took < ERRAND_EVENTS_MAX && ends[took].url == ends[0].url &&
           ends[took].end->account_id == ends[0].end->account_id) {
        if (took)
            buf_add_u8(&body, '\n');
        errand_event_receipt(&body, ends[took++].end);
    }
    *out = (struct errand){.account_id = ends[0].end->account_id,
                           .kind = ERRAND_RECEIPT,
                           .target = arena_str(a, *ends[0].url),
                           .profile = ends[0].profile,
                           .body = arena_str(a, buf_str(&body)),
                           .events = (uint32_t)took,
                           .keep = true};
    buf_free(&body);
    return took;
}

static size_t pack_all(struct errand *rows, struct arena *a, struct told_end *ends, size_t n)
{
    size_t count = 0;
    qsort(ends, n, sizeof(*ends), by_place);
    for (size_t at = 0; at < n;)
        at += pack(&rows[count++], a, &ends[at], n - at);
    return count;
}

enum err errand_receipts(struct core *c, struct store_tx *tx)
{
    struct message_end *all;
    size_t all_n, n = 0;
    if (!tx->ended && !tx->under_way)
        return OK;
    const struct directory *d = core_directory(c);
    enum err e = d->receipts_told ? store_ended_take(&all, &all_n, tx) : OK;
    if (e || !d->receipts_told || !all_n) {
        directory_release(d);
        return e;
    }
    struct told_end *ends = ARENA_ARRAY(tx->view.arena, all_n, struct told_end);
    for (size_t i = 0; i < all_n; i++) {
        if (!all[i].done_at_us)
            all[i].told_at_us = tx->now_us;
        if (all[i].id && is_told(&all[i]) && find_place(&ends[n], d, &all[i]))
            n++;
    }
    struct errand *rows = ARENA_ARRAY(tx->view.arena, n + 1, struct errand);
    size_t rows_n = n ? pack_all(rows, tx->view.arena, ends, n) : 0;
    directory_release(d);
    return errand_give(c, tx, rows, rows_n);
}
