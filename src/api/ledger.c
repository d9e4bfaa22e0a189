/* SPDX-License-Identifier: Apache-2.0 */
/* Movements of purses; and does the ledger balance? The list names every purse where it does not.
 */
#include "store/ledger.h"

#include "api/actor.h"
#include "api/export.h"
#include "api/present.h"

enum { KIND_MAX = 16 };

/* ---- movements ---- */

static json_t *movement_json(const struct movement *m, const struct directory *d)
{
    const struct api_user *user = m->user_id ? directory_user_by_id(d, m->user_id) : NULL;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "id", present_id(m->id), "at",
                     present_time(m->at_us), "user_id", present_id(m->user_id), "user",
                     user ? present_text(user->login) : json_null(), "kind", present_text(m->kind),
                     "credits", present_credits(m->amount), "balance", present_credits(m->balance),
                     "messages", (json_int_t)m->messages, "reason",
                     present_text_or_null(m->reason));
}

struct movement_listing {
    struct listing base;
    struct movement_filter filter;
};

static void read_listing(struct listing *l, struct fields *f, struct api *api)
{
    struct movement_filter *filter = &((struct movement_listing *)l)->filter;
    fields_text(f, "kind", KIND_MAX, &filter->kind);
    filter->account_id = actor_account(f->request)->id;
}

static enum err read_page(struct listing *l, struct store_view *view)
{
    struct movement_filter *filter = &((struct movement_listing *)l)->filter;
    struct movement *rows;
    size_t n = 0;
    filter->past_id = l->after.id;
    filter->oldest_first = !l->descending;
    filter->limit = l->limit;
    enum err e = store_movement_list(&rows, &n, view, filter);
    if (!e)
        listing_found_by_id(l, rows, n, n ? rows[n - 1].id : 0);
    return e;
}

static enum err row_json(json_t **out, struct listing *l, struct store_view *view, size_t i)
{
    *out = movement_json((const struct movement *)l->rows + i, l->d);
    return OK;
}

static const struct listing_sort sorts[] = {{"at", LIST_TIME}, {NULL, LIST_TIME}};

static const struct listing_kind movements = {
    .name = "movements",
    .sorts = sorts,
    .size = sizeof(struct movement_listing),
    .read = read_listing,
    .page = read_page,
    .row = row_json,
    .columns = (const char *const[]){"id", "at", "user", "kind", "credits", "balance", "messages",
                                     "reason", NULL}};

static void list_movements(struct api *api, struct http_request *request,
                           const struct str *segments)
{
    listing_answer(api, request, segments, &movements);
}

static void export_movements(struct api *api, struct http_request *request,
                             const struct str *segments)
{
    export_answer(api, request, segments, &movements);
}

/* ---- the check ---- */

static json_t *imbalance_json(const struct imbalance *i, const struct directory *d)
{
    const struct account *account = directory_account_by_id(d, i->account_id);
    const struct api_user *user = i->user_id ? directory_user_by_id(d, i->user_id) : NULL;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "account_id",
                     present_id(i->account_id), "account",
                     account ? present_text(account->name) : json_null(), "user_id",
                     present_id(i->user_id), "user", user ? present_text(user->login) : json_null(),
                     "balance", present_credits(i->balance), "moved", present_credits(i->moved),
                     "paid", present_credits(i->paid), "cost", present_credits(i->cost));
}

struct ledger_check {
    struct api_aside aside;
    struct imbalance *rows;
    size_t n;
};

static enum err read_all(struct api_aside *aside, struct store_view *view)
{
    struct ledger_check *c = (struct ledger_check *)aside;
    return store_ledger_check(&c->rows, &c->n, view);
}

static void answer(struct api_aside *aside)
{
    const struct ledger_check *c = (const struct ledger_check *)aside;
    if (aside->err) {
        api_reply_error(aside->request, aside->err, NULL, (struct str){0});
        return;
    }
    const struct directory *d = core_directory(api_core(aside->api));
    json_t *items = json_array();
    for (size_t i = 0; i < c->n; i++)
        json_array_append_new(items, imbalance_json(&c->rows[i], d));
    directory_release(d);
    present_list(aside->request, items, 0);
}

static void check_ledger(struct api *api, struct http_request *request, const struct str *segments)
{
    struct fields f;
    fields_of_query(&f, request);
    if (!fields_end(&f))
        return;
    struct ledger_check *c = ARENA_NEW(request->arena, struct ledger_check);
    c->aside = (struct api_aside){.api = api, .request = request, .work = read_all, .done = answer};
    api_aside_post(&c->aside);
}

const struct api_route ledger_routes[] = {
    {HTTP_GET, "/api/v1/accounts/{name}/movements", list_movements, RIGHT_VIEW},
    {HTTP_GET, "/api/v1/accounts/{name}/movements/export", export_movements, RIGHT_VIEW},
    {HTTP_GET, "/api/v1/ledger/check", check_ledger, RIGHT_OPERATE},
    {0},
};
