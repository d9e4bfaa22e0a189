/* SPDX-License-Identifier: Apache-2.0 */
/* Which accounts may ask phones of which countries for replies. */
#include "api/actor.h"
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/admin_number.h"

enum { COUNTRY_MAX = 16 };

static json_t *two_way_json(struct str account, struct str country)
{
    return json_pack("{s:o, s:o}", "account", present_text(account), "country",
                     present_text(country));
}

/* Of one account, or of all. */
static void reply_list(struct http_request *request, const struct directory *d,
                       const struct account *only)
{
    json_t *items = json_array();
    for (size_t i = 0; i < d->two_ways_n; i++) {
        const struct two_way *t = &d->two_ways[i];
        const struct account *account = directory_account_by_id(d, t->account_id);
        if (account && (!only || account->id == only->id))
            json_array_append_new(items, two_way_json(account->name, t->country));
    }
    present_list(request, items, 0);
}

static void list_all(struct api *api, struct http_request *request, const struct str *segments)
{
    const struct directory *d = core_directory(api_core(api));
    reply_list(request, d, NULL);
    directory_release(d);
}

static void list_of_account(struct api *api, struct http_request *request,
                            const struct str *segments)
{
    const struct directory *d = core_directory(api_core(api));
    reply_list(request, d, actor_account(request));
    directory_release(d);
}

/* ---- changes ---- */

struct two_way_change {
    struct api_change base;
    struct str country; /* n 0: all, when it is switched off */
};

static json_t *show_change(struct api_change *c, struct store_view *view)
{
    json_t *countries = json_array();
    struct two_way *rows;
    size_t n = 0;
    enum err e = store_two_way_list(&rows, &n, view);
    for (size_t i = 0; i < n && !e; i++)
        if (rows[i].account_id == actor_account(c->request)->id)
            json_array_append_new(countries, present_text(rows[i].country));
    return json_pack("{s:o}", "countries", countries);
}

static void answer(struct api_change *c)
{
    struct two_way_change *t = (struct two_way_change *)c;
    api_reply_json(c->request, 200,
                   two_way_json(c->subject, t->country.n ? t->country : STR("all countries")));
}

static enum err apply_enable(struct core *core, struct store_tx *tx, struct change *change)
{
    struct two_way_change *c = (struct two_way_change *)change;
    struct account a;
    enum err e = admin_account_find(&a, &tx->view, c->base.subject, &change->why);
    struct two_way t = {.account_id = e ? 0 : a.id, .country = c->country};
    return e ? e : store_two_way_put(tx, &t);
}

static enum err apply_disable(struct core *core, struct store_tx *tx, struct change *change)
{
    struct two_way_change *c = (struct two_way_change *)change;
    struct account a;
    enum err e = admin_account_find(&a, &tx->view, c->base.subject, &change->why);
    struct two_way t = {.account_id = e ? 0 : a.id, .country = c->country};
    if (!e)
        e = store_two_way_drop(tx, &t);
    else
        return e;
    return e == ERR_NOT_FOUND
               ? refuse(&change->why, e, "country",
                        STR("it is not switched on there: `navette twoway list` shows where"))
               : e;
}

static void read_country(struct fields *f, struct two_way_change *c)
{
    struct refusal why;
    if (fields_text(f, "country", COUNTRY_MAX, &c->country) &&
        admin_country_check(c->country, &why))
        fields_add(f, &why);
}

static void post(struct two_way_change *c, struct api *api, struct http_request *request,
                 struct str account, const char *did, api_apply *apply)
{
    c->base.did = did;
    c->base.show = show_change;
    c->base.subject = account;
    api_change_post(&c->base, api, request, apply, answer);
}

static void enable(struct api *api, struct http_request *request, const struct str *segments)
{
    struct two_way_change *c = ARENA_NEW(request->arena, struct two_way_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    c->country = STR("FR");
    read_country(&f, c);
    if (fields_end(&f))
        post(c, api, request, segments[0], "two_way_enabled", apply_enable);
}

static void disable(struct api *api, struct http_request *request, const struct str *segments)
{
    struct two_way_change *c = ARENA_NEW(request->arena, struct two_way_change);
    struct fields f;
    fields_of_query(&f, request);
    read_country(&f, c);
    if (fields_end(&f))
        post(c, api, request, segments[0], "two_way_disabled", apply_disable);
}

const struct api_route two_way_routes[] = {
    {HTTP_GET, "/api/v1/two-way", list_all, RIGHT_OPERATE},
    {HTTP_GET, "/api/v1/accounts/{name}/two-way", list_of_account, RIGHT_VIEW},
    {HTTP_POST, "/api/v1/accounts/{name}/two-way", enable, RIGHT_OPERATE},
    {HTTP_DELETE, "/api/v1/accounts/{name}/two-way", disable, RIGHT_OPERATE},
    {0},
};
