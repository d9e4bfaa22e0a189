/* SPDX-License-Identifier: Apache-2.0 */
/* Rates: what a part costs. In paths the empty prefix, the price of everything else, is "default".
 */
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/admin.h"

enum { RATE_MAX = 100000 }; /* hundredths: 1000 credits a part */

static json_t *rate_json(const struct rate *r)
{
    return json_pack("{s:o, s:o}", "prefix", present_text(r->prefix.n ? r->prefix : STR("default")),
                     "credits", present_credits(r->credits));
}

static void list_rates(struct api *api, struct http_request *request, const struct str *segments)
{
    const struct directory *d = core_directory(api_core(api));
    json_t *items = json_array();
    for (size_t i = 0; i < d->rates_n; i++)
        json_array_append_new(items, rate_json(&d->rates[i]));
    directory_release(d);
    present_list(request, items, 0);
}

struct rate_change {
    struct api_change base;
    struct rate rate;
};

static bool read_prefix(struct rate_change *c, struct http_request *request, struct str segment)
{
    struct refusal why;
    c->rate.prefix = str_eq(segment, STR("default")) ? (struct str){0} : segment;
    if (!admin_prefix_check(&c->rate.prefix, &why))
        return true;
    api_reply_refusal(request, &why);
    return false;
}

static json_t *show_change(struct api_change *c, struct store_view *view)
{
    struct str prefix = ((struct rate_change *)c)->rate.prefix;
    struct rate *rows;
    size_t n;
    if (store_rate_list(&rows, &n, view))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].prefix, prefix))
            return rate_json(&rows[i]);
    return NULL;
}

static void answer_rate(struct api_change *c)
{
    api_reply_json(c->request, 200, rate_json(&((struct rate_change *)c)->rate));
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    return store_rate_set(tx, &((struct rate_change *)change)->rate);
}

static void set_rate(struct api *api, struct http_request *request, const struct str *segments)
{
    struct rate_change *c = ARENA_NEW(request->arena, struct rate_change);
    struct fields f;
    if (!read_prefix(c, request, segments[0]) || !fields_of_body(&f, request))
        return;
    if (!fields_credits(&f, "credits", 0, &c->rate.credits))
        fields_refuse(&f, ERR_MISSING, "credits", STR("say what a part costs"));
    else if (c->rate.credits > RATE_MAX)
        fields_refuse(&f, ERR_LIMIT, "credits", STR("a part costs at most 1000 credits"));
    if (!fields_end(&f))
        return;
    c->base.did = "rate_set";
    c->base.show = show_change;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_set, answer_rate);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    enum err e = store_rate_delete(tx, ((struct rate_change *)change)->rate.prefix);
    if (e == ERR_NOT_FOUND)
        return refuse(&change->why, e, "prefix",
                      STR("this prefix has no rate: `navette rate list` shows them"));
    return e;
}

static void remove_rate(struct api *api, struct http_request *request, const struct str *segments)
{
    struct rate_change *c = ARENA_NEW(request->arena, struct rate_change);
    if (!read_prefix(c, request, segments[0]))
        return;
    if (c->rate.prefix.n == 0) {
        api_reply_error(request, ERR_CONFLICT, "prefix",
                        STR("everything must have a price: set the default rate instead"));
        return;
    }
    c->base.did = "rate_removed";
    c->base.show = show_change;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route rate_routes[] = {
    {HTTP_GET, "/api/v1/rates", list_rates, RIGHT_VIEW},
    {HTTP_PUT, "/api/v1/rates/{prefix}", set_rate, RIGHT_OPERATE},
    {HTTP_DELETE, "/api/v1/rates/{prefix}", remove_rate, RIGHT_OPERATE},
    {0},
};
