/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reply starts. In which order it is decided: who pays, STOP and the carrier's rules, the
 * account's own action; the first that has an answer gives the one answer. Whether that leaves is
 * only known once all replies of the transaction are paid (core/reply_finish.c), so a row says
 * first what it should start, and is set right where it did not.
 */
#include "base/clock.h"
#include "core/errand.h"
#include "core/keyword.h"
#include "core/reply_base.h"
#include "store/ledger.h"
#include "text/phone.h"

/* ---- gathered in one transaction ---- */

static struct replies *replies_of(struct store_tx *tx)
{
    if (!tx->replies) {
        tx->replies = ARENA_NEW(tx->view.arena, struct replies);
        tx->replies->last = &tx->replies->first;
    }
    return tx->replies;
}

void reply_gather(struct store_tx *tx, const struct answer *answer)
{
    struct replies *r = replies_of(tx);
    struct answer *own = ARENA_NEW(tx->view.arena, struct answer);
    *own = *answer;
    own->next = NULL;
    *r->last = own;
    r->last = &own->next;
    r->answers_n++;
}

/* ---- credits ---- */

static enum err payer_of(struct payer **out, struct store_tx *tx, int64_t account_id)
{
    struct replies *r = replies_of(tx);
    for (struct payer *p = r->payers; p; p = p->next)
        if (p->account_id == account_id) {
            *out = p;
            return OK;
        }
    struct purse_state purse = {.purse = {.account_id = account_id}};
    enum err e = store_purses_read(&purse, 1, &tx->view);
    store_purses_add_moves(&purse, 1, tx);
    *out = ARENA_NEW(tx->view.arena, struct payer);
    **out = (struct payer){.next = r->payers, .account_id = account_id, .left = purse.balance};
    r->payers = *out;
    return e;
}

/* row->credits stays 0 when the account cannot pay. */
static enum err pay(bool *paid, struct store_tx *tx, struct incoming *row)
{
    struct payer *payer;
    uint32_t parts = row->parts > row->missing ? row->parts - row->missing : 1;
    int64_t cost = (int64_t)parts * REPLY_PRICE;
    enum err e = payer_of(&payer, tx, row->account_id);
    *paid = !e && payer->left >= cost;
    if (!*paid)
        return e;
    payer->left -= cost;
    payer->paid += cost;
    payer->replies++;
    row->credits = cost;
    return OK;
}

/* ---- what it starts ---- */

struct starting {
    struct core *core;
    struct store_tx *tx;
    struct incoming *row;
    const struct message *question;
    uint64_t phone;
    const struct directory *directory;
};

static void answer_with(const struct starting *s, struct str text)
{
    const struct incoming *row = s->row;
    reply_gather(s->tx, &(struct answer){.incoming_id = row->id,
                                         .account_id = row->account_id,
                                         .carrier_id = row->carrier_id,
                                         .conversation_id = row->conversation_id,
                                         .origin = ORIGIN_ANSWER,
                                         .phone = s->phone,
                                         .sender = row->number,
                                         .recipient = row->sender,
                                         .text = arena_str(s->tx->view.arena, text)});
}

static enum err own_action(const struct starting *s)
{
    const struct reply_setting *setting = directory_reply(s->directory, s->row->account_id);
    enum reply_action action = setting ? setting->action : REPLY_NOTHING;
    s->row->started = str_of(action == REPLY_TEXT  ? STARTED_TEXT
                             : action == REPLY_CGI ? STARTED_CGI
                                                   : STARTED_NOTHING);
    if (action == REPLY_TEXT)
        answer_with(s, setting->text);
    return action == REPLY_CGI ? errand_cgi(s->core, s->tx, s->row, s->question,
                                            arena_str(s->tx->view.arena, setting->url))
                               : OK;
}

/* What a rule says is the answer, even if it says nothing. */
static enum err the_answer(const struct starting *s, bool by_rule, struct str rule_reply)
{
    if (!by_rule)
        return own_action(s);
    s->row->started = str_of(STARTED_RULE);
    if (rule_reply.n)
        answer_with(s, rule_reply);
    return OK;
}

static enum err tell(const struct starting *s)
{
    enum err e = errand_reply(s->core, s->tx, s->row, s->question);
    if (!e && s->row->credits)
        reply_notices(s->directory, s->tx, s->row, s->question, s->phone);
    return e;
}

/* Nobody answers what the account cannot pay; but it is told. */
static enum err start_unpaid(const struct starting *s)
{
    s->row->started = str_of(STARTED_NO_CREDIT);
    enum err e = errand_no_credit(s->core, s->tx, s->row->account_id);
    return e ? e : tell(s);
}

enum err reply_start_now(struct core *c, struct store_tx *tx, struct incoming *row,
                         const struct message *question, uint64_t phone, bool by_rule,
                         struct str rule_reply)
{
    struct starting s = {.core = c,
                         .tx = tx,
                         .row = row,
                         .question = question,
                         .phone = phone,
                         .directory = core_directory(c)};
    bool paid;
    enum err e = pay(&paid, tx, row);
    row->released_at_us = tx->now_us;
    if (!e && !paid)
        e = start_unpaid(&s);
    else if (!e)
        e = the_answer(&s, by_rule, rule_reply);
    if (!e && paid)
        e = tell(&s);
    directory_release(s.directory);
    return e;
}

/* Only what a rule says follows a STOP. */
static enum err start_stop(struct core *c, struct store_tx *tx, struct incoming *row,
                           uint64_t phone, const struct keyword_verdict *verdict)
{
    const struct starting s = {.core = c, .tx = tx, .row = row, .phone = phone};
    bool paid = false;
    enum err e = pay(&paid, tx, row);
    if (!e && !paid)
        e = errand_no_credit(c, tx, row->account_id);
    if (!e && paid && verdict->reply.n)
        answer_with(&s, verdict->reply);
    return e;
}

/* ---- low cost ---- */

static void hold(struct core *c, struct incoming *row, struct arena *a,
                 const struct keyword_verdict *verdict)
{
    char until[CLOCK_ISO_SIZE];
    const struct directory *d = core_directory(c);
    const struct directory_carrier *carrier = directory_carrier_by_id(d, row->carrier_id);
    const struct account *account = directory_account_by_id(d, row->account_id);
    row->release_at_us =
        reply_release_us(row->received_at_us, carrier ? carrier->settings.release_at : STR(""),
                         account ? account->timezone : STR(""));
    directory_release(d);
    row->released_at_us = 0;
    row->by_rule = verdict->matched;
    row->rule_reply = verdict->reply;
    clock_iso(until, row->release_at_us);
    row->started = arena_printf(a, STARTED_HELD "%s", until);
}

/* ---- the seams ---- */

enum err reply_start(struct core *c, struct store_tx *tx, struct incoming *row,
                     const struct reply_match *match, uint64_t phone)
{
    struct keyword_verdict verdict = {0};
    enum err e = keyword_act(&verdict, c, tx, row, phone);
    bool outside = row->standing == STANDING_LATE || row->standing == STANDING_NOT_COVERED;
    row->released_at_us = tx->now_us;
    row->started = str_of(verdict.stopped                         ? STARTED_STOP
                          : row->standing == STANDING_LATE        ? STARTED_LATE
                          : row->standing == STANDING_NOT_COVERED ? STARTED_NOT_COVERED
                                                                  : STARTED_NOTHING);
    if (e || outside || !row->account_id)
        return e;
    if (verdict.stopped)
        return start_stop(c, tx, row, phone, &verdict);
    if (!match->held)
        return reply_start_now(c, tx, row, &match->question, phone, verdict.matched, verdict.reply);
    hold(c, row, tx->view.arena, &verdict);
    return OK;
}

enum err reply_answer(struct core *c, struct store_tx *tx, int64_t incoming_id, struct str text)
{
    struct incoming row;
    bool first;
    (void)c;
    enum err e = store_incoming_started_from(&first, tx, incoming_id, str_of(STARTED_CGI),
                                             str_of(STARTED_CGI_ANSWERED));
    if (e || !first)
        return e;
    e = store_incoming_get(&row, &tx->view, incoming_id);
    if (e)
        return e;
    struct starting s = {.tx = tx, .row = &row};
    if (phone_parse(&s.phone, row.sender) != OK)
        s.phone = 0;
    answer_with(&s, text);
    return OK;
}
