/* SPDX-License-Identifier: Apache-2.0 */
#include "core/conversation.h"

#include "core/core_base.h"
#include "store/conversation.h"
#include "store/id.h"
#include "store/thread.h"
#include "text/phone.h"

struct matching {
    struct core *core;
    struct store_tx *tx;
    const struct directory *d;
    int64_t carrier_id;
    uint64_t phone;
    struct str digits; /* of the number, without + */
};

/* A message may be gone, when texts are not kept for long. */
static enum err find_question(struct reply_match *out, const struct matching *m, int64_t message_id)
{
    enum err e =
        message_id ? store_message_get(&out->question, &m->tx->view, message_id) : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND)
        out->question = (struct message){0};
    return e == ERR_NOT_FOUND ? OK : e;
}

static enum err take_conversation(struct reply_match *out, const struct matching *m,
                                  const struct conversation *c, enum standing standing)
{
    out->account_id = c->account_id;
    out->conversation_id = c->id;
    out->standing = standing;
    out->until_at_us = c->until_at_us ? c->until_at_us : THREAD_ALWAYS;
    enum err e = store_conversation_hear(m->tx, c->id);
    return e ? e : find_question(out, m, c->message_id);
}

/* ---- of a pool ---- */

static bool is_covered(const struct matching *m, int64_t account_id)
{
    char country[3];
    phone_mobile_region(country, m->phone);
    return country[0] && directory_two_way(m->d, account_id, str_of(country));
}

/* Who has the number with the phone, or had it last. */
static enum err find_holder(struct conversation *out, bool *open, const struct matching *m,
                            const struct number *number)
{
    struct number_slot slot;
    struct store_view *view = &m->tx->view;
    enum err e = store_slot_get(&slot, view, m->phone, number->id);
    *open = !e && slot.until_at_us > m->tx->now_us;
    if (e && e != ERR_NOT_FOUND)
        return e;
    return *open ? store_conversation_get(out, view, slot.conversation_id)
                 : store_conversation_latest(out, view, m->carrier_id, m->phone, m->digits, 0);
}

/* A phone that nobody has written to from this number answers nothing. */
static enum err match_pool(struct reply_match *out, const struct matching *m,
                           const struct number *number)
{
    struct conversation c;
    bool open;
    out->held = number->kind == NUMBER_LOW_COST;
    if (!m->phone) {
        out->standing = STANDING_NOT_COVERED;
        return OK;
    }
    enum err e = find_holder(&c, &open, m, number);
    if (e)
        return e == ERR_NOT_FOUND ? OK : e;
    return take_conversation(out, m, &c,
                             !is_covered(m, c.account_id) ? STANDING_NOT_COVERED
                             : open                       ? STANDING_IN_TIME
                                                          : STANDING_LATE);
}

/* ---- virtual ---- */

static enum err open_virtual(struct reply_match *out, const struct matching *m,
                             const struct number *number)
{
    struct conversation c = {.id = store_id_next(),
                             .account_id = number->account_id,
                             .carrier_id = m->carrier_id,
                             .recipient = m->phone,
                             .number = m->digits,
                             .kind = NUMBER_VIRTUAL,
                             .unread = 1};
    out->account_id = c.account_id;
    out->conversation_id = c.id;
    out->standing = STANDING_IN_TIME;
    out->until_at_us = THREAD_ALWAYS;
    return store_conversation_insert(m->tx, &c);
}

/* After its account has lost it, it answers to whoever spoke over it last: too late. */
static enum err match_virtual(struct reply_match *out, const struct matching *m,
                              const struct number *number)
{
    struct conversation c;
    if (!m->phone) {
        out->account_id = number->account_id;
        out->standing = STANDING_NOT_COVERED;
        return OK;
    }
    enum err e = store_conversation_latest(&c, &m->tx->view, m->carrier_id, m->phone, m->digits,
                                           number->account_id);
    if (e == ERR_NOT_FOUND)
        return number->account_id ? open_virtual(out, m, number) : OK;
    return e ? e
             : take_conversation(out, m, &c, number->account_id ? STANDING_IN_TIME : STANDING_LATE);
}

/* ---- not ours ---- */

static enum err match_picked(struct reply_match *out, const struct matching *m)
{
    struct conversation c;
    enum err e =
        store_conversation_latest(&c, &m->tx->view, m->carrier_id, m->phone, (struct str){0}, 0);
    if (e)
        return e;
    return take_conversation(out, m, &c,
                             c.until_at_us > m->tx->now_us ? STANDING_IN_TIME : STANDING_LATE);
}

static enum err match_any(struct reply_match *out, const struct matching *m, struct str number)
{
    enum err e =
        latest_question(&out->question, m->core, &m->tx->view, m->carrier_id, m->phone, number);
    if (e)
        return e == ERR_NOT_FOUND ? OK : e;
    out->account_id = out->question.account_id;
    out->standing = STANDING_IN_TIME;
    return OK;
}

static enum err match_other(struct reply_match *out, const struct matching *m, struct str number)
{
    const struct directory_carrier *carrier = directory_carrier_by_id(m->d, m->carrier_id);
    enum err e =
        carrier && carrier->rules.picks_numbers && m->phone ? match_picked(out, m) : ERR_NOT_FOUND;
    return e == ERR_NOT_FOUND ? match_any(out, m, number) : e;
}

enum err conversation_match(struct reply_match *out, struct core *c, struct store_tx *tx,
                            int64_t carrier_id, uint64_t phone, struct str number)
{
    struct matching m = {.core = c,
                         .tx = tx,
                         .d = core_directory(c),
                         .carrier_id = carrier_id,
                         .phone = phone,
                         .digits = phone_bare(number)};
    const struct number *ours = directory_number(m.d, carrier_id, m.digits);
    *out = (struct reply_match){.standing = STANDING_NONE};
    enum err e = !ours                          ? match_other(out, &m, number)
                 : ours->kind == NUMBER_VIRTUAL ? match_virtual(out, &m, ours)
                                                : match_pool(out, &m, ours);
    directory_release(m.d);
    return e;
}
