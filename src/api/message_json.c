/* SPDX-License-Identifier: Apache-2.0 */
#include "api/message_json.h"

#include "api/passage.h"
#include "api/present.h"
#include "base/clock.h"
#include "core/ptt.h"
#include "text/phone.h"

/* ---- the passage ---- */

enum { OWN_EVENTS = 4 }; /* accepted, due, sent, final */

struct passage {
    struct message_event *events;
    size_t n;
    struct arena *arena;
};

/* Stays sorted; what is already there comes first among equals. */
static void insert(struct passage *p, int64_t at_us, struct str kind, struct str detail)
{
    size_t at = p->n++;
    for (; at > 0 && p->events[at - 1].at_us > at_us; at--)
        p->events[at] = p->events[at - 1];
    p->events[at] = (struct message_event){.at_us = at_us, .kind = kind, .detail = detail};
}

static struct str accepted_detail(struct arena *a, const struct message *m, bool deferred)
{
    char due[CLOCK_ISO_SIZE];
    clock_iso(due, m->due_at_us);
    return arena_printf(a, "%u %s%s%s", m->parts, m->parts == 1 ? "part" : "parts",
                        deferred ? ", for " : "", deferred ? due : "");
}

static void insert_own(struct passage *p, const struct message *m)
{
    /* A retry moves due_at, and has its own event. */
    bool deferred = m->attempts == 0 && m->due_at_us > m->created_at_us;
    bool was_due = deferred && m->due_at_us <= clock_now_us() &&
                   (!m->done_at_us || m->done_at_us >= m->due_at_us);
    insert(p, m->created_at_us, STR("accepted"), accepted_detail(p->arena, m, deferred));
    if (was_due)
        insert(p, m->due_at_us, STR("due"), (struct str){0});
    if (m->sent_at_us)
        insert(p, m->sent_at_us, STR("sent"), m->carrier_ref);
}

static void insert_parts(struct passage *p, const struct message *m,
                         const struct message_part *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct message_part *part = &parts[i];
        struct str which = arena_printf(p->arena, "%u of %u", part->number, m->parts);
        if (part->sent_at_us)
            insert(p, part->sent_at_us, STR("part_sent"),
                   arena_printf(p->arena, "%.*s %.*s", STR_FMT(which), STR_FMT(part->carrier_ref)));
        if (part->done_at_us)
            insert(p, part->done_at_us,
                   arena_printf(p->arena, "part_%s", message_state_name(part->state)),
                   arena_printf(p->arena, "%.*s %.*s", STR_FMT(which), STR_FMT(part->receipt)));
    }
}

static json_t *events_of(const struct passage *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->n; i++)
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o}", "at", present_time(p->events[i].at_us),
                                        "kind", present_text(p->events[i].kind), "detail",
                                        present_text(str_trim(p->events[i].detail))));
    return list;
}

static struct passage passage_of(struct arena *arena, const struct message *m,
                                 const struct message_part *parts, size_t parts_n,
                                 const struct message_event *rows, size_t rows_n)
{
    size_t most = OWN_EVENTS + 2 * parts_n + rows_n;
    struct passage p = {.events = ARENA_ARRAY(arena, most, struct message_event), .arena = arena};
    insert_own(&p, m);
    insert_parts(&p, m, parts, parts_n);
    for (size_t i = 0; i < rows_n; i++)
        insert(&p, rows[i].at_us, rows[i].kind, rows[i].detail);
    if (m->done_at_us)
        insert(&p, m->done_at_us, str_of(message_state_name(m->state)), m->receipt);
    return p;
}

/* ---- the message ---- */

static json_t *carrier_ids(const struct message *m, const struct message_part *parts, size_t n)
{
    json_t *list = json_array();
    if (m->carrier_ref.n)
        json_array_append_new(list, present_text(m->carrier_ref));
    for (size_t i = 0; i < n && !m->carrier_ref.n; i++) {
        while (json_array_size(list) + 1 < parts[i].number)
            json_array_append_new(list, json_null());
        json_array_append_new(list, present_text_or_null(parts[i].carrier_ref));
    }
    return list;
}

static json_t *names_json(const struct message *m, const struct directory *d)
{
    char number[PHONE_SIZE];
    const struct account *account = directory_account_by_id(d, m->account_id);
    const struct api_user *user = directory_user_by_id(d, m->user_id);
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "id", present_id(m->id), "account",
                     account ? present_text(account->name) : json_null(), "user",
                     user ? present_text(user->login) : json_null(), "sender",
                     present_text(m->sender), "recipient",
                     present_text(phone_format(number, m->recipient)));
}

static const char *const origin_names[] = {
    [ORIGIN_ASKED] = "asked", [ORIGIN_ANSWER] = "answer", [ORIGIN_NOTICE] = "notice"};

json_t *message_row_json(const struct message *m, const struct directory *d)
{
    const struct directory_carrier *carrier = directory_carrier_by_id(d, m->carrier_id);
    struct ptt ptt = ptt_of(m->state, m->receipt);
    json_t *json = names_json(m, d);
    json_t *rest = json_pack(
        "{s:o, s:s, s:I, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "text",
        m->text.n ? present_text(m->text) : json_null(), "encoding",
        text_encoding_name(m->encoding), "parts", (json_int_t)m->parts, "class",
        m->class < 0 ? json_null() : json_integer(m->class), "tag", present_text_or_null(m->tag),
        "state", message_state_name(m->state), "credits", present_credits(m->credits), "created_at",
        present_time(m->created_at_us), "due_at", present_time(m->due_at_us), "sent_at",
        present_time(m->sent_at_us), "done_at", present_time(m->done_at_us), "carrier",
        carrier ? present_text(carrier->row.name) : json_null(), "receipt",
        present_text_or_null(m->receipt));
    json_object_update(json, rest);
    json_object_set_new(json, "ptt", ptt.code ? json_integer(ptt.code) : json_null());
    json_object_set_new(json, "ptt_meaning", ptt.code ? json_string(ptt.meaning) : json_null());
    json_object_set_new(json, "origin", json_string(origin_names[m->origin]));
    json_object_set_new(json, "conversation_id", present_id(m->conversation_id));
    json_decref(rest);
    return json;
}

enum err message_json(json_t **out, struct store_view *view, const struct message *m,
                      const struct directory *d)
{
    struct message_part *parts = NULL;
    size_t parts_n = 0;
    struct message_event *rows;
    size_t rows_n;
    enum err e = store_event_list(&rows, &rows_n, view, m->id);
    if (!e && m->parts > 1)
        e = store_part_list(&parts, &parts_n, view, m->id);
    if (e)
        return e;
    json_t *hops;
    struct passage p = passage_of(view->arena, m, parts, parts_n, rows, rows_n);
    e = passage_json(&hops, view, m, d, p.events, p.n);
    if (e)
        return e;
    *out = message_row_json(m, d);
    json_object_set_new(*out, "carrier_ids", carrier_ids(m, parts, parts_n));
    json_object_set_new(*out, "events", events_of(&p));
    json_object_set_new(*out, "passage", hops);
    return OK;
}
