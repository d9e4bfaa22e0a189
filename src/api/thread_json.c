/* SPDX-License-Identifier: Apache-2.0 */
#include "api/asker.h"
#include "api/present.h"
#include "api/thread.h"
#include "base/clock.h"
#include "core/quarantine.h"
#include "store/ledger.h"
#include "text/phone.h"

static const char *const standings[] = {[STANDING_NONE] = "none",
                                        [STANDING_IN_TIME] = "in_time",
                                        [STANDING_LATE] = "late",
                                        [STANDING_NOT_COVERED] = "not_covered"};

/* ---- can it be answered? ---- */

static enum err is_quarantined(bool *out, struct store_view *view, const struct thread_state *t)
{
    struct quarantines q;
    const struct message m = {
        .account_id = t->account->id, .recipient = t->row.phone, .sender = thread_sender(t)};
    enum err e = store_quarantine_find(&q.rows, &q.n, view, &t->row.phone, 1);
    *out = !e && quarantine_refuses(&q, &m);
    return e;
}

/* A virtual number may be another account's by now. */
static bool has_number(const struct thread_state *t, const struct directory *d)
{
    const struct conversation *c = &t->conversation;
    if (c->kind == NUMBER_PICKED)
        return true;
    const struct number *n = directory_number(d, c->carrier_id, c->number);
    return n && n->enabled && (n->kind != NUMBER_VIRTUAL || n->account_id == t->account->id);
}

static enum err can_pay(bool *out, struct store_view *view, const struct directory *d,
                        const struct thread_state *t)
{
    struct purse_state purse = {.purse = {.account_id = t->account->id}};
    int64_t price = 0;
    bool priced = directory_rate(d, t->row.phone, &price);
    enum err e = store_purses_read(&purse, 1, view);
    *out = priced && purse.balance >= price;
    return e;
}

static enum err find_why_not(struct thread_state *t, struct store_view *view,
                             const struct directory *d)
{
    bool pays = true;
    enum err e = is_quarantined(&t->quarantined, view, t);
    if (!e)
        e = can_pay(&pays, view, d, t);
    int64_t until_us = t->conversation.until_at_us;
    t->why_not = !t->account->enabled                       ? "account_off"
                 : !t->conversation.id                      ? "no_conversation"
                 : until_us && until_us <= clock_now_us()   ? "window_over"
                 : !t->carrier || !t->carrier->row.enabled  ? "carrier_off"
                 : !has_number(t, d) || !thread_sender(t).n ? "number_gone"
                 : t->quarantined                           ? "quarantined"
                 : !pays                                    ? "no_credit"
                                                            : NULL;
    return e;
}

struct str thread_sender(const struct thread_state *t)
{
    if (t->conversation.kind == NUMBER_PICKED)
        return t->carrier ? t->carrier->settings.reply_sender : (struct str){0};
    return t->conversation.number;
}

enum err thread_read(struct thread_state *out, struct store_view *view, const struct directory *d,
                     const struct account *a, uint64_t phone)
{
    *out = (struct thread_state){.account = a};
    enum err e = store_thread_get(&out->row, view, a->id, phone);
    if (e == ERR_NOT_FOUND) {
        out->row = (struct thread){.account_id = a->id, .phone = phone};
        e = OK;
    }
    if (!e && out->row.conversation_id)
        e = store_conversation_get(&out->conversation, view, out->row.conversation_id);
    if (e && e != ERR_NOT_FOUND)
        return e;
    out->carrier = directory_carrier_by_id(d, out->conversation.carrier_id);
    return find_why_not(out, view, d);
}

/* ---- lines ---- */

static enum err by_json(json_t **out, struct store_view *view, const struct message *m,
                        const struct directory *d)
{
    struct str name;
    *out = NULL;
    enum err e = asker_name(&name, view, m, d);
    if (e)
        return e;
    *out = !m->by_kind && !m->user_id ? json_null()
                                      : json_pack("{s:s, s:o}", "kind", asker_kind(m->by_kind),
                                                  "name", present_text_or_null(name));
    return OK;
}

static json_t *line_of_message(const struct message *m, json_t *by)
{
    static const char *const origins[] = {
        [ORIGIN_ASKED] = "asked", [ORIGIN_ANSWER] = "answer", [ORIGIN_NOTICE] = "notice"};
    return json_pack("{s:o, s:s, s:o, s:o, s:s, s:n, s:o, s:s, s:o, s:I, s:o}", "id",
                     present_id(m->id), "side", "out", "at",
                     present_time(m->due_at_us > m->created_at_us && !m->attempts
                                      ? m->due_at_us
                                      : m->created_at_us),
                     "text", m->text.n ? present_text(m->text) : json_null(), "state",
                     message_state_name(m->state), "standing", "by", by, "origin",
                     origins[m->origin], "tag", present_text_or_null(m->tag), "parts",
                     (json_int_t)m->parts, "number", present_text(m->sender));
}

static json_t *line_of_incoming(const struct incoming *i)
{
    const char *state = !i->released_at_us ? "held" : i->missing ? "incomplete" : "received";
    return json_pack("{s:o, s:s, s:o, s:o, s:s, s:s, s:n, s:s, s:n, s:I, s:o}", "id",
                     present_id(i->id), "side", "in", "at", present_time(i->received_at_us), "text",
                     i->kept && i->released_at_us ? present_text(i->text) : json_null(), "state",
                     state, "standing", standings[i->standing], "by", "origin", "phone", "tag",
                     "parts", (json_int_t)i->parts, "number", present_text(i->number));
}

enum err thread_line_json(json_t **out, struct store_view *view, const struct directory *d,
                          struct thread_line line)
{
    struct message m;
    struct incoming i;
    enum err e = line.incoming ? store_incoming_get(&i, view, line.id)
                               : store_message_get(&m, view, line.id);
    json_t *by = NULL;
    *out = NULL;
    if (!e && !line.incoming)
        e = by_json(&by, view, &m, d);
    if (!e)
        *out = line.incoming ? line_of_incoming(&i) : line_of_message(&m, by);
    return e == ERR_NOT_FOUND ? OK : e;
}

/* ---- a thread ---- */

static json_t *who_json(struct str name, int64_t at_us)
{
    return at_us ? json_pack("{s:o, s:o}", "name", present_text(name), "at", present_time(at_us))
                 : json_null();
}

/* The latest line: side, text and state of it. */
static enum err last_json(json_t **out, const char **standing, struct store_view *view,
                          const struct thread *t)
{
    struct message m;
    struct incoming i;
    *out = json_null();
    *standing = NULL;
    enum err e = t->line_incoming ? store_incoming_get(&i, view, t->line_id)
                                  : store_message_get(&m, view, t->line_id);
    if (e)
        return e == ERR_NOT_FOUND ? OK : e;
    *standing = t->line_incoming ? standings[i.standing] : NULL;
    json_t *whole = t->line_incoming ? line_of_incoming(&i) : NULL;
    *out = whole
               ? json_pack("{s:s, s:O, s:O}", "side", "in", "text", json_object_get(whole, "text"),
                           "state", json_object_get(whole, "state"))
               : json_pack("{s:s, s:o, s:s}", "side", "out", "text",
                           m.text.n ? present_text(m.text) : json_null(), "state",
                           message_state_name(m.state));
    json_decref(whole);
    return OK;
}

enum err thread_json(json_t **out, struct store_view *view, const struct thread *t)
{
    char phone[PHONE_SIZE];
    struct conversation c = {0};
    const char *standing;
    json_t *last;
    enum err e = t->conversation_id ? store_conversation_get(&c, view, t->conversation_id) : OK;
    if (e && e != ERR_NOT_FOUND)
        return e;
    e = last_json(&last, &standing, view, t);
    if (e)
        return e;
    bool always = t->until_at_us == THREAD_ALWAYS;
    *out = json_pack("{s:o, s:o, s:o, s:I, s:b, s:o, s:o, s:o, s:o, s:o}", "phone",
                     present_text(phone_format(phone, t->phone)), "last_at",
                     present_time(t->last_at_us), "last", last, "unread", (json_int_t)t->unread,
                     "open", t->until_at_us > clock_now_us(), "standing",
                     standing ? json_string(standing) : json_null(), "until_at",
                     always ? json_null() : present_time(t->until_at_us), "number",
                     present_text_or_null(c.number), "seen_by", who_json(t->seen_by, t->seen_at_us),
                     "answered_by", who_json(t->answered_by, t->answered_at_us));
    return OK;
}

bool thread_phone(uint64_t *phone, struct http_request *request, struct str segment)
{
    if (!phone_parse(phone, segment))
        return true;
    api_reply_error(request, ERR_NOT_FOUND, "phone",
                    STR("that is no phone: write it in international form, such as +33612345678"));
    return false;
}
