/* SPDX-License-Identifier: Apache-2.0 */
#include "api/events.h"

#include "api/api_base.h"
#include "api/present.h"
#include "base/clock.h"
#include "store/id.h"
#include "text/phone.h"

#include <stdlib.h>

enum { ROWS_AT_ONCE = 16, ROUNDS_AT_ONCE = 4, FRESH_MS = 20 };

struct events {
    struct api *api;
    struct net_timer *timer;
    struct event_listener *first;
    size_t n;
    bool ticking;
    uint64_t turn; /* core_feed_turn, when they last looked */
    int64_t looked_us;
    /* What was read last: listeners that wait at the end read the same. */
    struct arena *arena;
    struct feed_position read_at;
    struct feed_row *rows;
    size_t rows_n;
    uint64_t read_turn;
    int64_t read_us;
};

/* ---- one event ---- */

static bool may_know(const struct event_wish *w, const struct feed_event *e)
{
    if (w->account_id && w->account_id != e->account_id)
        return false;
    if (!e->account_id)
        return (w->actor->everywhere & RIGHT_OPERATE) != 0;
    return actor_may(w->actor, e->account_id, e->chat ? RIGHT_VIEW | RIGHT_CHAT : RIGHT_VIEW);
}

static bool is_wished(const struct event_wish *w, const char *type)
{
    struct str t = str_of(type);
    struct str group = str_sub(t, 0, str_find(t, '.'));
    for (size_t i = 0; i < w->types_n; i++)
        if (str_eq(w->types[i], t) || str_eq(w->types[i], group))
            return true;
    return !w->types_n;
}

static void add_account(json_t *item, struct api *api, int64_t account_id)
{
    const struct directory *d = core_directory(api_core(api));
    const struct account *a = account_id ? directory_account_by_id(d, account_id) : NULL;
    json_object_set_new(item, "account", a ? present_text(a->name) : json_null());
    directory_release(d);
}

/* Whom a setting concerns, an e-mail of a guest or the name of a key, is for those who may see the
 * setting. */
static void add_subject(json_t *item, const struct event_wish *w, const struct feed_event *e,
                        const struct feed_fact *fact)
{
    bool may_see = actor_may(w->actor, e->account_id, RIGHT_OWN);
    const char *state = fact->about == FEED_ABOUT_MESSAGE ? "state" : "standing";
    if (fact->about == FEED_ABOUT_MESSAGE)
        json_object_set_new(item, "message_id", present_id(e->id));
    if (fact->about == FEED_ABOUT_INCOMING)
        json_object_set_new(item, "incoming_id", present_id(e->id));
    if (fact->state[0])
        json_object_set_new(item, state, json_string(fact->state));
    if (fact->about == FEED_ABOUT_CHANGE) {
        json_object_set_new(item, "what", present_text(e->what));
        json_object_set_new(item, "subject",
                            may_see ? present_text_or_null(e->subject) : json_null());
    }
}

static json_t *event_json(struct api *api, const struct event_wish *w, const struct feed_event *e,
                          const struct feed_position *at)
{
    char id[FEED_POSITION_SIZE];
    char phone[PHONE_SIZE];
    const struct feed_fact *fact = feed_fact_of(e->kind);
    json_t *item = json_pack("{s:s, s:o, s:s}", "id", feed_position_format(id, at), "at",
                             present_time(store_id_time_us(at->id)), "type", fact->type);
    add_account(item, api, e->account_id);
    add_subject(item, w, e, fact);
    if (e->phone && actor_may(w->actor, e->account_id, RIGHT_CHAT))
        json_object_set_new(item, "phone", present_text(phone_format(phone, e->phone)));
    return item;
}

/* ---- reading ---- */

static enum err read_rows(struct events *ev, const struct feed_position *at)
{
    struct store_view view = {.db = ev->api->reader, .arena = ev->arena};
    uint64_t turn = core_feed_turn(api_core(ev->api));
    int64_t now_us = clock_mono_us();
    bool same = ev->rows && ev->read_at.era == at->era && !feed_position_compare(&ev->read_at, at);
    bool fresh = turn == ev->read_turn && now_us - ev->read_us < FRESH_MS * MS_US;
    if (same && (ev->rows_n == ROWS_AT_ONCE || fresh)) /* nothing new can stand among them */
        return OK;
    arena_reset(ev->arena);
    ev->rows = NULL;
    ev->read_turn = turn;
    ev->read_us = now_us;
    enum err e = store_feed_read(&ev->rows, &ev->rows_n, &view, at, ROWS_AT_ONCE);
    if (e)
        ev->rows = NULL;
    ev->read_at = *at;
    return e;
}

/* False when the list is full: the position is behind its last event. */
static bool take_row(json_t *items, struct events *ev, const struct event_wish *w,
                     struct feed_position *at, const struct feed_row *row, size_t limit)
{
    struct feed_reader reader = {.data = row->data};
    struct feed_event e;
    bool begun = at->transaction == row->after.transaction && at->id == row->after.id;
    uint32_t seen = begun && at->nth != FEED_WHOLE ? at->nth : 0;
    while (feed_reader_next(&reader, &e)) {
        if (e.nth <= seen || !may_know(w, &e) || !is_wished(w, feed_fact_of(e.kind)->type))
            continue;
        if (json_array_size(items) == limit)
            return false;
        *at = row->after;
        at->nth = e.nth;
        json_array_append_new(items, event_json(ev->api, w, &e, at));
    }
    *at = row->after;
    return true;
}

enum err events_gather(json_t *items, struct events *ev, const struct event_wish *w,
                       struct feed_position *at, size_t limit, bool *more)
{
    *more = true;
    for (int round = 0; round < ROUNDS_AT_ONCE; round++) {
        enum err e = read_rows(ev, at);
        if (e)
            return e;
        size_t n = ev->rows_n;
        for (size_t i = 0; i < n; i++)
            if (!take_row(items, ev, w, at, &ev->rows[i], limit))
                return OK;
        *more = n == ROWS_AT_ONCE;
        if (!*more)
            return OK;
    }
    return OK;
}

/* ---- waiting ---- */

/* Others' commits are looked for now and then; and in a shared database one of ours may only be
 * seen once an older transaction has ended. */
static bool has_news(struct events *ev)
{
    enum { LOOK_S = 1 };
    uint64_t turn = core_feed_turn(api_core(ev->api));
    int64_t now_us = clock_mono_us();
    bool late = core_is_shared(api_core(ev->api)) && now_us - ev->looked_us >= LOOK_S * SEC_US;
    if (turn == ev->turn && !late)
        return false;
    ev->turn = turn;
    ev->looked_us = now_us;
    return true;
}

static void look_all(struct events *ev, bool news)
{
    int64_t now_us = clock_mono_us();
    ev->ticking = true;
    for (struct event_listener *l = ev->first, *next; l; l = next) {
        next = l->next;
        if (news || l->more || now_us >= l->until_us || now_us >= l->look_us)
            l->look(l);
    }
    ev->ticking = false;
}

static void tick(void *ctx)
{
    struct events *ev = ctx;
    look_all(ev, has_news(ev));
    if (ev->first)
        net_timer_set(ev->timer, EVENTS_WAKE_MS * MS_US);
}

struct events *events_new(struct api *api)
{
    struct events *ev = base_alloc(sizeof(*ev));
    ev->api = api;
    ev->arena = arena_new();
    ev->timer = net_timer_new(api->loop, tick, ev);
    return ev;
}

void events_free(struct events *ev)
{
    if (!ev)
        return;
    net_timer_free(ev->timer);
    arena_free(ev->arena);
    free(ev);
}

void events_quiesce(struct events *ev)
{
    for (struct event_listener *l = ev->first; l; l = l->next)
        l->until_us = 0;
    look_all(ev, true);
}

static bool is_same(const struct actor *a, const struct actor *b)
{
    return a->kind == b->kind && a->id == b->id;
}

enum err events_join(struct events *ev, struct event_listener *l)
{
    size_t own = 0;
    for (const struct event_listener *k = ev->first; k; k = k->next)
        own += is_same(k->wish.actor, l->wish.actor);
    if (ev->n >= EVENTS_LISTENERS_MAX || own >= EVENTS_LISTENERS_PER_ACTOR)
        return ERR_LIMIT;
    if (!ev->first && !ev->ticking)
        net_timer_set(ev->timer, EVENTS_WAKE_MS * MS_US);
    l->next = ev->first;
    l->link = &ev->first;
    if (l->next)
        l->next->link = &l->next;
    ev->first = l;
    ev->n++;
    return OK;
}

void events_leave(struct events *ev, struct event_listener *l)
{
    if (!l->link)
        return;
    *l->link = l->next;
    if (l->next)
        l->next->link = l->link;
    l->link = NULL;
    ev->n--;
}
