/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a transaction in which replies came: they are paid, a movement an account, and the
 * messages that they cause are accepted, all in one go. An answer must also pass the guard, so that
 * two machines that answer each other soon fall silent.
 */
#include "core/accept.h"
#include "core/errand.h"
#include "core/reply_base.h"
#include "store/ledger.h"
#include "text/date.h"
#include "text/phone.h"

#include <stdlib.h>

enum { NOTICE_PARTS = 2, NOTICE_CHARACTERS = 80 };

/* ---- credits ---- */

static enum err debit(const struct replies *r, struct store_tx *tx)
{
    enum err e = OK;
    for (const struct payer *p = r->payers; p && !e; p = p->next)
        if (p->replies)
            e = store_purse_move(tx, (struct purse){.account_id = p->account_id}, LEDGER_REPLY,
                                 -p->paid, p->replies, STR(""));
    return e;
}

/* ---- the guard ---- */

static int by_phone(const void *a, const void *b)
{
    const struct answer *x = *(struct answer *const *)a, *y = *(struct answer *const *)b;
    int order = (x->phone > y->phone) - (x->phone < y->phone);
    if (!order)
        order = (x->account_id > y->account_id) - (x->account_id < y->account_id);
    return order ? order : (x->incoming_id > y->incoming_id) - (x->incoming_id < y->incoming_id);
}

/* Only a phone is answered, and not too often. */
static enum err may_answer(bool *may, struct store_tx *tx, const struct directory *d,
                           const struct answer *answer)
{
    const struct reply_setting *setting = directory_reply(d, answer->account_id);
    *may = false;
    if (!answer->phone)
        return OK;
    return store_answer_take(may, tx, answer->phone, answer->account_id,
                             setting ? setting->an_hour : REPLY_AN_HOUR);
}

/* In one order on all nodes. What is left out of `all` says why. */
static enum err guard(struct answer **all, size_t *n, struct store_tx *tx,
                      const struct directory *d)
{
    struct answer **sorted = ARENA_ARRAY(tx->view.arena, *n, struct answer *);
    enum err e = OK;
    memcpy(sorted, all, *n * sizeof(*all));
    qsort(sorted, *n, sizeof(*sorted), by_phone);
    for (size_t i = 0; i < *n && !e; i++) {
        bool may = true;
        if (sorted[i]->origin == ORIGIN_ANSWER)
            e = may_answer(&may, tx, d, sorted[i]);
        if (!e && !may) {
            sorted[i]->guarded = true;
            e = store_incoming_started(tx, sorted[i]->incoming_id, str_of(STARTED_GUARD));
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++)
        if (!all[i]->guarded)
            all[kept++] = all[i];
    *n = kept;
    return e;
}

/* ---- accepting ---- */

/* Of an SMS to the owner nothing is noted: he is told of the credits. */
static enum err note_failure(struct core *c, struct store_tx *tx, const struct answer *answer,
                             enum err failure)
{
    bool no_credit = failure == ERR_NO_CREDIT;
    enum err e = no_credit ? errand_no_credit(c, tx, answer->account_id) : OK;
    if (!e && answer->origin == ORIGIN_ANSWER)
        e = store_incoming_started(tx, answer->incoming_id,
                                   str_of(no_credit ? STARTED_NO_CREDIT : STARTED_NO_WAY));
    return e;
}

static enum err prepare(struct accept_job *job, struct arena *a, const struct directory *d,
                        struct answer *answer)
{
    struct accept_request *request = ARENA_NEW(a, struct accept_request);
    struct refusal why;
    bool is_answer = answer->origin == ORIGIN_ANSWER;
    *request = (struct accept_request){
        .directory = d,
        .account = directory_account_by_id(d, answer->account_id),
        .origin = answer->origin,
        .via = is_answer ? directory_carrier_by_id(d, answer->carrier_id) : NULL,
        .sender = answer->sender,
        .recipients = &answer->recipient,
        .recipients_n = 1,
        .text = answer->text,
        .class = -1,
        .no_stop = true,
    };
    if (!request->account || !request->account->enabled)
        return ERR_UNAUTHORIZED;
    if (is_answer && (!request->via || !request->via->row.enabled || !answer->sender.n))
        return ERR_NO_ROUTE;
    enum err e = accept_prepare(job, a, request, &why);
    if (!e)
        job->messages[0].conversation_id = answer->conversation_id;
    return e;
}

static enum err accept_all(struct core *c, struct store_tx *tx, const struct directory *d,
                           struct answer **all, size_t n)
{
    struct arena *a = tx->view.arena;
    struct accept_job *jobs = ARENA_ARRAY(a, n, struct accept_job);
    struct job **ready = ARENA_ARRAY(a, n, struct job *);
    size_t ready_n = 0;
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++) {
        enum err failure = prepare(&jobs[i], a, d, all[i]);
        if (failure)
            e = note_failure(c, tx, all[i], failure);
        else
            ready[ready_n++] = &jobs[i].job;
    }
    if (!e && ready_n)
        e = accept_work(c, tx, ready, ready_n);
    for (size_t i = 0; i < n && !e; i++)
        if (jobs[i].job.err)
            e = note_failure(c, tx, all[i], jobs[i].job.err);
    return e;
}

enum err reply_finish(struct core *c, struct store_tx *tx)
{
    struct replies *r = tx->replies;
    if (!r)
        return OK;
    tx->replies = NULL;
    enum err e = debit(r, tx);
    if (e || !r->answers_n)
        return e;
    struct answer **all = ARENA_ARRAY(tx->view.arena, r->answers_n, struct answer *);
    size_t n = 0;
    for (struct answer *answer = r->first; answer; answer = answer->next)
        all[n++] = answer;
    const struct directory *d = core_directory(c);
    e = guard(all, &n, tx, d);
    if (!e)
        e = accept_all(c, tx, d, all, n);
    directory_release(d);
    return e;
}

/* ---- SMS to the owner ---- */

/* "sms-ab1234-1 +33612345678 2026-11-21 15:05: …": nothing else of a person stands in it. As many
 * characters of the text as two parts have room for. */
static struct str notice_text(struct arena *a, const struct account *account,
                              const struct incoming *row)
{
    struct date_local at = {0};
    struct text_weight weight;
    uint32_t most = account->max_parts < NOTICE_PARTS ? account->max_parts : NOTICE_PARTS;
    if (date_from_utc_us(&at, row->received_at_us, account->timezone))
        at = (struct date_local){0};
    for (size_t characters = NOTICE_CHARACTERS;; characters--) {
        size_t n = text_utf8_prefix(row->text, characters);
        struct str text =
            arena_printf(a, "%.*s %.*s %04d-%02d-%02d %02d:%02d: %.*s%s", STR_FMT(account->name),
                         STR_FMT(row->sender), at.year, at.month, at.day, at.hour, at.minute,
                         STR_FMT(str_sub(row->text, 0, n)), n < row->text.n ? "..." : "");
        if (!characters || (!text_weigh(&weight, text, TEXT_CHOOSE, NULL) && weight.parts <= most))
            return text;
    }
}

void reply_notices(const struct directory *d, struct store_tx *tx, const struct incoming *row,
                   const struct message *question, uint64_t phone)
{
    const struct account *account = directory_account_by_id(d, row->account_id);
    struct arena *a = tx->view.arena;
    size_t n;
    const struct notification *told = directory_notifications(&n, d, row->account_id);
    if (!n || !account || question->origin == ORIGIN_NOTICE)
        return;
    struct str text = notice_text(a, account, row);
    for (size_t i = 0; i < n; i++) {
        uint64_t target;
        /* Told of what it wrote itself, a machine would answer for ever. */
        if (told[i].kind != NOTIFICATION_SMS ||
            (phone_parse(&target, told[i].target) == OK && target == phone))
            continue;
        reply_gather(tx, &(struct answer){.incoming_id = row->id,
                                          .account_id = row->account_id,
                                          .origin = ORIGIN_NOTICE,
                                          .sender = arena_str(a, told[i].sender),
                                          .recipient = arena_str(a, told[i].target),
                                          .text = text});
    }
}
