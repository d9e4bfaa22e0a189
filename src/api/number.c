/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of ours that phones can answer to. */
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/admin_number.h"

enum { NUMBERS_TEXT_MAX = 32 * 1024, WORD_MAX = 16 };

static json_t *number_json(const struct number *n, const struct directory *d)
{
    const struct directory_carrier *carrier = directory_carrier_by_id(d, n->carrier_id);
    const struct account *account =
        n->account_id ? directory_account_by_id(d, n->account_id) : NULL;
    return json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:b, s:o}", "id", present_id(n->id), "number",
                     present_text(n->digits), "carrier",
                     carrier ? present_text(carrier->row.name) : json_null(), "country",
                     present_text(n->country), "kind", number_kind_name(n->kind), "account",
                     account ? present_text(account->name) : json_null(), "enabled", n->enabled,
                     "created_at", present_time(n->created_at_us));
}

static void list_numbers(struct api *api, struct http_request *request, const struct str *segments)
{
    const struct directory *d = core_directory(api_core(api));
    const struct directory_carrier *carrier = NULL;
    struct fields f;
    struct str name;
    fields_of_query(&f, request);
    if (fields_text(&f, "carrier", ADMIN_NAME_MAX, &name) &&
        !(carrier = directory_carrier(d, name)))
        fields_refuse(&f, ERR_NOT_FOUND, "carrier",
                      STR("there is no carrier of this name: `navette carrier list` shows them"));
    if (fields_end(&f)) {
        json_t *items = json_array();
        for (size_t i = 0; i < d->numbers_n; i++)
            if (!carrier || d->numbers[i].carrier_id == carrier->row.id)
                json_array_append_new(items, number_json(&d->numbers[i], d));
        present_list(request, items, 0);
    }
    directory_release(d);
}

/* ---- changes ---- */

struct number_change {
    struct api_change base;
    struct number number; /* what was said */
    struct str carrier;   /* n 0: not said */
    struct str account;   /* n 0: none */
    bool has_account, has_enabled;
    struct str *digits; /* to add */
    size_t digits_n;
};

static json_t *show_change(struct api_change *change, struct store_view *view)
{
    const struct number_change *c = (const struct number_change *)change;
    struct number n;
    struct refusal none;
    if (admin_number_find(&n, view, change->subject, c->carrier, &none))
        return NULL;
    const struct directory *d = core_directory(api_core(change->api));
    json_t *out = number_json(&n, d);
    directory_release(d);
    return out;
}

static void answer_added(struct api_change *c)
{
    const struct number_change *n = (const struct number_change *)c;
    api_reply_json(c->request, 201,
                   json_pack("{s:I, s:o, s:o}", "added", (json_int_t)n->digits_n, "numbers",
                             present_text(c->subject), "carrier", present_text(n->carrier)));
}

static void answer_number(struct api_change *c)
{
    const struct directory *d = core_directory(api_core(c->api));
    api_reply_json(c->request, 200, number_json(&((struct number_change *)c)->number, d));
    directory_release(d);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static enum err find_account(struct number *n, struct store_tx *tx, struct number_change *c)
{
    struct account account = {.id = 0};
    enum err e = c->account.n
                     ? admin_account_find(&account, &tx->view, c->account, &c->base.change.why)
                     : OK;
    n->account_id = account.id;
    return e;
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct number_change *c = (struct number_change *)change;
    struct carrier_row carrier;
    struct number like = c->number;
    enum err e = admin_carrier_find(&carrier, &tx->view, c->carrier, &change->why);
    if (!e)
        e = find_account(&like, tx, c);
    if (e)
        return e;
    like.carrier_id = carrier.id;
    return admin_numbers_add(tx, &like, c->digits, c->digits_n, change->arena, &change->why);
}

static void read_kind(struct fields *f, struct number *n)
{
    struct refusal why;
    struct str kind;
    n->kind = NUMBER_SHORT;
    n->country = STR("FR");
    if (fields_text(f, "kind", WORD_MAX, &kind) && number_kind_parse(&n->kind, kind))
        fields_refuse(f, ERR_INVALID, "kind", STR("write short, low_cost or virtual"));
    if (fields_text(f, "country", WORD_MAX, &n->country) && admin_country_check(n->country, &why))
        fields_add(f, &why);
}

static void add_numbers(struct api *api, struct http_request *request, const struct str *segments)
{
    struct number_change *c = ARENA_NEW(request->arena, struct number_change);
    struct fields f;
    struct refusal why;
    struct str written = {0};
    if (!fields_of_body(&f, request))
        return;
    if (!fields_text(&f, "numbers", NUMBERS_TEXT_MAX, &written))
        fields_refuse(&f, ERR_MISSING, "numbers", STR("say which, such as 38000-38099"));
    else if (admin_numbers_read(&c->digits, &c->digits_n, request->arena, written, &why))
        fields_add(&f, &why);
    if (!fields_text(&f, "carrier", ADMIN_NAME_MAX, &c->carrier))
        fields_refuse(&f, ERR_MISSING, "carrier", STR("say which carrier has given them"));
    read_kind(&f, &c->number);
    fields_text(&f, "account", ADMIN_NAME_MAX, &c->account);
    if (!fields_flag(&f, "enabled", &c->number.enabled))
        c->number.enabled = true;
    if (!fields_end(&f))
        return;
    c->base.did = "numbers_added";
    c->base.subject = written;
    api_change_post(&c->base, api, request, apply_add, answer_added);
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct number_change *c = (struct number_change *)change;
    struct number n;
    enum err e = admin_number_find(&n, &tx->view, c->base.subject, c->carrier, &change->why);
    if (!e && c->has_account && n.kind != NUMBER_VIRTUAL)
        return refuse(&change->why, ERR_INVALID, "account",
                      STR("only a virtual number can be an account's"));
    c->base.account_id = e || c->account.n ? 0 : n.account_id;
    if (!e && c->has_account)
        e = find_account(&n, tx, c);
    if (e)
        return e;
    if (c->has_enabled)
        n.enabled = c->number.enabled;
    c->number = n;
    /* the batch's arena ends before the answer */
    c->number.digits = arena_str(change->arena, n.digits);
    c->number.country = arena_str(change->arena, n.country);
    return store_number_update(tx, &n);
}

static void set_number(struct api *api, struct http_request *request, const struct str *segments)
{
    struct number_change *c = ARENA_NEW(request->arena, struct number_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    fields_text(&f, "carrier", ADMIN_NAME_MAX, &c->carrier);
    c->has_account = fields_text_or_null(&f, "account", ADMIN_NAME_MAX, &c->account);
    c->has_enabled = fields_flag(&f, "enabled", &c->number.enabled);
    if (!fields_end(&f))
        return;
    c->base.did = c->has_account ? "number_assigned" : "number_set";
    c->base.show = show_change;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_set, answer_number);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct number_change *c = (struct number_change *)change;
    struct number n;
    enum err e = admin_number_find(&n, &tx->view, c->base.subject, c->carrier, &change->why);
    return e ? e : admin_number_remove(tx, &n, &change->why);
}

static void remove_number(struct api *api, struct http_request *request, const struct str *segments)
{
    struct number_change *c = ARENA_NEW(request->arena, struct number_change);
    struct fields f;
    fields_of_query(&f, request);
    fields_text(&f, "carrier", ADMIN_NAME_MAX, &c->carrier);
    if (!fields_end(&f))
        return;
    c->base.did = "number_removed";
    c->base.show = show_change;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route number_routes[] = {
    {HTTP_GET, "/api/v1/numbers", list_numbers, RIGHT_OPERATE},
    {HTTP_POST, "/api/v1/numbers", add_numbers, RIGHT_OPERATE},
    {HTTP_PATCH, "/api/v1/numbers/{number}", set_number, RIGHT_OPERATE},
    {HTTP_DELETE, "/api/v1/numbers/{number}", remove_number, RIGHT_OPERATE},
    {0},
};
