/* SPDX-License-Identifier: Apache-2.0 */
/* What an account was told and how that went; told again; and a test that waits for its answer. */
#include "api/actor.h"
#include "api/api_base.h"
#include "api/change.h"
#include "api/export.h"
#include "api/present.h"
#include "base/clock.h"
#include "core/admin.h"
#include "core/errand.h"
#include "text/date.h"

enum { LOG_MAX = 20, REPLAY_MAX = 10000, TIME_MAX = 40, LOOK_MS = 100, TEST_WAIT_MS = 12000 };

/* Programs put their secrets behind the question mark. */
static struct str without_query(struct str url)
{
    return str_sub(url, 0, str_find(url, '?'));
}

static json_t *attempt_json(const struct errand_attempt *a)
{
    return json_pack("{s:o, s:I, s:o, s:I, s:I, s:o}", "at", present_time(a->at_us), "took_ms",
                     (json_int_t)a->took_ms, "status",
                     a->status ? json_integer(a->status) : json_null(), "events",
                     (json_int_t)a->events, "failed", (json_int_t)a->failed, "error",
                     present_text_or_null(a->error));
}

static enum err errand_json(json_t **out, struct store_view *view, const struct errand *e)
{
    struct errand_attempt *log;
    size_t n;
    enum err err = store_errand_attempt_list(&log, &n, view, e->id, LOG_MAX);
    if (err)
        return err;
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(items, attempt_json(&log[i]));
    const struct errand_attempt *last = n ? &log[n - 1] : NULL;
    *out = json_pack("{s:o, s:o, s:s, s:o, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "id",
                     present_id(e->id), "created_at", present_time(e->created_at_us), "kind",
                     errand_kind_name(e->kind), "target", present_text(without_query(e->target)),
                     "profile", callback_profile_name(e->profile), "state",
                     errand_state_name(e->state), "events", (json_int_t)e->events, "failures",
                     (json_int_t)e->attempts, "next_at",
                     e->state == ERRAND_WAITING ? present_time(e->due_at_us) : json_null(),
                     "done_at", present_time(e->done_at_us), "status",
                     last && last->status ? json_integer(last->status) : json_null(), "error",
                     last ? present_text_or_null(last->error) : json_null(), "attempts", items);
    return OK;
}

struct attempt_listing {
    struct listing base;
    struct errand_filter filter;
};

static void read_listing(struct listing *l, struct fields *f, struct api *api)
{
    struct errand_filter *filter = &((struct attempt_listing *)l)->filter;
    struct str failed;
    filter->failed = fields_text(f, "failed", TIME_MAX, &failed) && str_eq(failed, STR("yes"));
    filter->account_id = actor_account(f->request)->id;
}

static enum err read_page(struct listing *l, struct store_view *view)
{
    struct errand_filter *filter = &((struct attempt_listing *)l)->filter;
    struct errand *rows;
    size_t n = 0;
    filter->past_id = l->after.id;
    filter->oldest_first = !l->descending;
    filter->limit = l->limit;
    enum err e = store_errand_list(&rows, &n, view, filter);
    if (!e)
        listing_found_by_id(l, rows, n, n ? rows[n - 1].id : 0);
    return e;
}

static enum err row_json(json_t **out, struct listing *l, struct store_view *view, size_t i)
{
    return errand_json(out, view, (const struct errand *)l->rows + i);
}

static const struct listing_sort sorts[] = {{"at", LIST_TIME}, {NULL, LIST_TIME}};

static const struct listing_kind list = {
    .name = "attempts",
    .sorts = sorts,
    .size = sizeof(struct attempt_listing),
    .read = read_listing,
    .page = read_page,
    .row = row_json,
    .columns =
        (const char *const[]){"id", "created_at", "kind", "target", "profile", "state", "events",
                              "failures", "next_at", "done_at", "status", "error", NULL}};

static void list_attempts(struct api *api, struct http_request *request, const struct str *segments)
{
    listing_answer(api, request, segments, &list);
}

static void export_attempts(struct api *api, struct http_request *request,
                            const struct str *segments)
{
    export_answer(api, request, segments, &list);
}

/* ---- told again ---- */

struct replay_change {
    struct api_change base;
    struct errand_replay what;
    int64_t n;
};

static enum err apply_replay(struct core *core, struct store_tx *tx, struct change *change)
{
    struct replay_change *c = (struct replay_change *)change;
    struct account a;
    enum err e = admin_account_find(&a, &tx->view, c->base.subject, &change->why);
    if (e)
        return e;
    c->what.account_id = a.id;
    c->what.give_up_at_us = tx->now_us + ERRAND_GIVE_UP_H * HOUR_US;
    return store_errand_replay(&c->n, tx, &c->what, REPLAY_MAX);
}

static void answer_replay(struct api_change *change)
{
    struct replay_change *c = (struct replay_change *)change;
    api_reply_json(change->request, 200, json_pack("{s:I}", "replayed", (json_int_t)c->n));
}

static void replay(struct api *api, struct http_request *request, const struct str *segments)
{
    struct replay_change *c = ARENA_NEW(request->arena, struct replay_change);
    struct fields f;
    struct str since;
    if (!fields_of_body(&f, request))
        return;
    fields_number(&f, "id", 1, INT64_MAX, &c->what.id);
    if (fields_text(&f, "since", TIME_MAX, &since) && date_parse_iso(&c->what.since_us, since))
        fields_refuse(&f, ERR_BAD_DATE, "since", STR("write it as 2026-11-21T14:05:00Z"));
    if (!fields_end(&f))
        return;
    c->base.did = "callback_replayed";
    c->base.subject = segments[0];
    c->base.change.no_reload = true;
    api_change_post(&c->base, api, request, apply_replay, answer_replay);
}

/* ---- a test ---- */

struct test_change {
    struct api_change base;
    struct str which;
    int64_t id;
    struct net_timer *timer;
    int64_t until_us;
};

static struct str choose_url(const struct callback_setting *s, struct str which)
{
    if (!s)
        return STR("");
    if (str_eq(which, STR("replies")) || (!which.n && s->replies_url.n))
        return s->replies_url;
    if (str_eq(which, STR("receipts")) || (!which.n && s->receipts_url.n))
        return s->receipts_url;
    return s->stops_url;
}

static enum err apply_test(struct core *core, struct store_tx *tx, struct change *change)
{
    struct test_change *c = (struct test_change *)change;
    const struct directory *d = core_directory(core);
    int64_t account_id = actor_account(c->base.request)->id;
    const struct callback_setting *s = directory_callback(d, account_id);
    struct str url = choose_url(s, c->which);
    enum err e = OK;
    if (!url.n)
        e = refuse(&change->why, ERR_MISSING, c->which.n ? "to" : NULL,
                   STR("the account has no such URL: `navette callback set` gives it one"));
    else
        e = errand_test(&c->id, core, tx, account_id, url, s->profile);
    directory_release(d);
    return e;
}

static void free_timer(void *timer)
{
    net_timer_free(timer);
}

/* Until it has been tried once. */
static void look(void *ctx)
{
    struct test_change *c = ctx;
    struct store_view view = api_view(c->base.api, c->base.request);
    struct errand_attempt *log;
    struct errand errand;
    json_t *json;
    size_t n;
    enum err e = store_errand_attempt_list(&log, &n, &view, c->id, 1);
    if (!e && !n && clock_mono_us() < c->until_us) {
        net_timer_set(c->timer, LOOK_MS * MS_US);
        return;
    }
    if (!e)
        e = store_errand_get(&errand, &view, c->id);
    if (!e)
        e = errand_json(&json, &view, &errand);
    if (e)
        api_reply_error(c->base.request, e, NULL, (struct str){0});
    else
        api_reply_json(c->base.request, 200, json);
}

static void await_test(struct api_change *change)
{
    struct test_change *c = (struct test_change *)change;
    c->timer = net_timer_new(change->api->loop, look, c);
    c->until_us = clock_mono_us() + TEST_WAIT_MS * MS_US;
    arena_at_end(change->request->arena, free_timer, c->timer);
    net_timer_set(c->timer, LOOK_MS * MS_US);
}

static void test(struct api *api, struct http_request *request, const struct str *segments)
{
    static const struct str kinds[] = {STR("replies"), STR("receipts"), STR("stops")};
    struct test_change *c = ARENA_NEW(request->arena, struct test_change);
    struct fields f;
    bool known = false;
    if (!fields_of_body(&f, request))
        return;
    if (fields_text(&f, "to", TIME_MAX, &c->which)) {
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
            known |= str_eq(c->which, kinds[i]);
        if (!known)
            fields_refuse(&f, ERR_INVALID, "to", STR("say replies, receipts or stops"));
    }
    if (!fields_end(&f))
        return;
    c->base.did = "callback_tested";
    c->base.subject = segments[0];
    c->base.change.no_reload = true;
    api_change_post(&c->base, api, request, apply_test, await_test);
}

const struct api_route callback_log_routes[] = {
    {HTTP_GET, "/api/v1/accounts/{name}/callback/attempts", list_attempts, RIGHT_OWN},
    {HTTP_GET, "/api/v1/accounts/{name}/callback/attempts/export", export_attempts, RIGHT_OWN},
    {HTTP_POST, "/api/v1/accounts/{name}/callback/replay", replay, RIGHT_OWN},
    {HTTP_POST, "/api/v1/accounts/{name}/callback/test", test, RIGHT_OWN},
    {0},
};
