/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, their credit and the movements of their purses. */
#include "api/account_profile.h"
#include "api/actor.h"
#include "api/change.h"
#include "api/fields.h"
#include "api/once.h"
#include "api/present.h"
#include "base/clock.h"
#include "core/admin.h"
#include "store/id.h"
#include "store/ledger.h"
#include "store/repeat.h"
#include "text/date.h"

enum { REASON_MAX = 200, PARTS_USUAL = 8, KEEP_DAYS_MAX = 3650 };

static json_t *account_json(const struct account *a)
{
    json_t *json =
        json_pack("{s:o, s:o, s:o, s:I, s:s, s:b, s:I, s:o, s:o}", "id", present_id(a->id), "name",
                  present_text(a->name), "timezone", present_text(a->timezone), "max_parts",
                  (json_int_t)a->max_parts, "grade", grade_name(a->grade), "enabled", a->enabled,
                  "keep_days", (json_int_t)a->keep_days, "credits", present_credits(a->balance),
                  "created_at", present_time(a->created_at_us));
    profile_add(json, &a->profile);
    return json;
}

static void reply_account(struct api *api, struct http_request *request, int status,
                          struct str name)
{
    struct store_view view = api_view(api, request);
    struct account a;
    struct refusal why;
    if (admin_account_find(&a, &view, name, &why))
        api_reply_refusal(request, &why);
    else
        api_reply_json(request, status, account_json(&a));
}

static void list_accounts(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    struct account *rows;
    size_t n;
    enum err e = store_account_list(&rows, &n, &view);
    if (e) {
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++)
        if (actor_rights(actor_of(request), rows[i].id))
            json_array_append_new(items, account_json(&rows[i]));
    present_list(request, items, 0);
}

static void show_account(struct api *api, struct http_request *request, const struct str *segments)
{
    reply_account(api, request, 200, segments[0]);
}

/* ---- changes ---- */

struct account_change {
    struct api_change base;
    struct account account; /* the columns to set */
    struct profile_change profile;
    bool has_timezone, has_max_parts, has_grade, has_enabled, has_keep_days;
    int64_t credits;
    struct str reason;
    struct repeat once; /* of the credit: ref n 0 when there is no Idempotency-Key */
    char digest[ONCE_DIGEST_SIZE];
    bool again; /* it was done before: nothing was changed */
};

static json_t *show_change(struct api_change *c, struct store_view *view)
{
    struct account a;
    struct refusal none;
    return admin_account_find(&a, view, c->subject, &none) ? NULL : account_json(&a);
}

static void answer_created(struct api_change *c)
{
    reply_account(c->api, c->request, 201, c->subject);
}

static void answer_account(struct api_change *c)
{
    reply_account(c->api, c->request, 200, c->subject);
}

static void read_columns(struct fields *f, struct account_change *c)
{
    int64_t max_parts = 0;
    c->has_timezone = fields_text(f, "timezone", 64, &c->account.timezone);
    if (c->has_timezone && date_zone_check(c->account.timezone))
        fields_refuse(f, ERR_INVALID, "timezone",
                      STR("there is no such time zone: write one such as Europe/Paris"));
    c->has_max_parts = fields_number(f, "max_parts", 1, TEXT_PARTS_MAX, &max_parts);
    c->account.max_parts = (uint32_t)max_parts;
    struct str grade;
    c->has_grade = fields_text(f, "grade", ADMIN_NAME_MAX, &grade);
    if (c->has_grade && grade_parse(&c->account.grade, grade))
        fields_refuse(f, ERR_INVALID, "grade", STR("write premium or low_cost"));
    c->has_enabled = fields_flag(f, "enabled", &c->account.enabled);
    c->has_keep_days = fields_number(f, "keep_days", 0, KEEP_DAYS_MAX, &c->account.keep_days);
    profile_read(f, &c->profile);
}

/* What an owner may not change of his own account. */
static void refuse_operators(struct fields *f, const struct account_change *c)
{
    struct str detail = STR("only an operator of the platform changes this");
    if (actor_of(f->request)->everywhere & RIGHT_OPERATE)
        return;
    if (c->has_max_parts)
        fields_refuse(f, ERR_FORBIDDEN, "max_parts", detail);
    if (c->has_grade)
        fields_refuse(f, ERR_FORBIDDEN, "grade", detail);
    if (c->has_enabled)
        fields_refuse(f, ERR_FORBIDDEN, "enabled", detail);
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct account_change *c = (struct account_change *)change;
    struct account there;
    struct refusal none;
    enum err e = admin_account_find(&there, &tx->view, c->account.name, &none);
    if (!e)
        return refuse(&change->why, ERR_EXISTS, "name",
                      STR("there is an account of this name: choose another one"));
    if (e != ERR_NOT_FOUND)
        return e;
    c->account.id = store_id_next();
    profile_apply(&c->account.profile, &c->profile);
    e = store_account_insert(tx, &c->account);
    if (!e && c->credits)
        e = admin_credit(tx, &c->account, c->credits, STR("first credits"), &change->why);
    return e;
}

static void add_account(struct api *api, struct http_request *request, const struct str *segments)
{
    struct account_change *c = ARENA_NEW(request->arena, struct account_change);
    struct fields f;
    struct refusal why;
    if (!fields_of_body(&f, request))
        return;
    if (!fields_text(&f, "name", ADMIN_NAME_MAX, &c->account.name))
        fields_refuse(&f, ERR_MISSING, "name", STR("say how the account is called"));
    else if (admin_name_check(c->account.name, "name", &why))
        fields_add(&f, &why);
    fields_credits(&f, "credits", 0, &c->credits);
    read_columns(&f, c);
    if (!c->has_timezone)
        c->account.timezone = STR("Europe/Paris");
    if (!c->has_max_parts)
        c->account.max_parts = PARTS_USUAL;
    if (!c->has_enabled)
        c->account.enabled = true;
    if (!fields_end(&f))
        return;
    c->base.did = "account_added";
    c->base.show = show_change;
    c->base.subject = c->account.name;
    api_change_post(&c->base, api, request, apply_add, answer_created);
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct account_change *c = (struct account_change *)change;
    struct account a;
    enum err e = admin_account_find(&a, &tx->view, c->base.subject, &change->why);
    if (e)
        return e;
    if (c->has_timezone)
        a.timezone = c->account.timezone;
    if (c->has_max_parts)
        a.max_parts = c->account.max_parts;
    if (c->has_grade)
        a.grade = c->account.grade;
    if (c->has_enabled)
        a.enabled = c->account.enabled;
    if (c->has_keep_days)
        a.keep_days = c->account.keep_days;
    profile_apply(&a.profile, &c->profile);
    return store_account_update(tx, &a);
}

static void set_account(struct api *api, struct http_request *request, const struct str *segments)
{
    struct account_change *c = ARENA_NEW(request->arena, struct account_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_columns(&f, c);
    refuse_operators(&f, c);
    if (!fields_end(&f))
        return;
    c->base.did = "account_set";
    c->base.show = show_change;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_set, answer_account);
}

/* The same key within a day gives no second credit. */
static enum err check_once(struct account_change *c, struct store_tx *tx, int64_t since_us)
{
    struct str digest = c->once.answer;
    enum err e = store_repeat_find(&c->once, 1, &tx->view, since_us);
    if (e)
        return e;
    c->again = c->once.answer.n > 0;
    if (c->again && !str_eq(c->once.answer, digest))
        return refuse(&c->base.change.why, ERR_CONFLICT, "Idempotency-Key",
                      STR("this key stands for another request of the last 24 hours: use a new "
                          "one"));
    c->once.answer = digest;
    return c->again ? OK : store_repeat_keep(tx, &c->once, 1, since_us);
}

static enum err apply_credit(struct core *core, struct store_tx *tx, struct change *change)
{
    struct account_change *c = (struct account_change *)change;
    struct account a;
    enum err e = admin_account_find(&a, &tx->view, c->base.subject, &change->why);
    if (!e && c->once.ref.n)
        e = check_once(c, tx, tx->now_us - 24 * HOUR_US);
    return e || c->again ? e : admin_credit(tx, &a, c->credits, c->reason, &change->why);
}

static void answer_credit(struct api_change *change)
{
    if (((struct account_change *)change)->again)
        api_add_header(change->request, "Idempotent-Replayed", STR("true"));
    answer_account(change);
}

static void credit_account(struct api *api, struct http_request *request,
                           const struct str *segments)
{
    struct account_change *c = ARENA_NEW(request->arena, struct account_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    if (!fields_credits(&f, "credits", -ADMIN_CREDITS_MAX, &c->credits))
        fields_refuse(&f, ERR_MISSING, "credits", STR("say how many to add"));
    else if (c->credits == 0)
        fields_refuse(&f, ERR_INVALID, "credits", STR("write more, or less, than 0"));
    fields_text(&f, "reason", REASON_MAX, &c->reason);
    c->once.ref = once_read(&f, c->digest);
    if (!fields_end(&f))
        return;
    c->once.user_id = actor_of(request)->id;
    c->once.answer = str_of(c->digest);
    c->base.did = "account_credited";
    c->base.show = show_change;
    c->base.subject = segments[0];
    c->base.change.no_reload = true;
    api_change_post(&c->base, api, request, apply_credit, answer_credit);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct account_change *c = (struct account_change *)change;
    struct account a;
    enum err e = admin_account_find(&a, &tx->view, c->base.subject, &change->why);
    if (e)
        return e;
    e = store_account_delete(tx, a.id);
    if (e == ERR_CONFLICT)
        return refuse(&change->why, e, "account",
                      STR("the account has movements or messages, which are kept: switch it off "
                          "with `navette account set NAME --enabled no`"));
    return e;
}

static void remove_account(struct api *api, struct http_request *request,
                           const struct str *segments)
{
    struct account_change *c = ARENA_NEW(request->arena, struct account_change);
    c->base.did = "account_removed";
    c->base.show = show_change;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

/* ---- movements ---- */

const struct api_route account_routes[] = {
    {HTTP_GET, "/api/v1/accounts", list_accounts, RIGHT_SIGNED_IN | RIGHT_VIEW},
    {HTTP_POST, "/api/v1/accounts", add_account, RIGHT_OPERATE},
    {HTTP_GET, "/api/v1/accounts/{name}", show_account, RIGHT_VIEW | RIGHT_CHAT},
    {HTTP_PATCH, "/api/v1/accounts/{name}", set_account, RIGHT_OWN},
    {HTTP_DELETE, "/api/v1/accounts/{name}", remove_account, RIGHT_OPERATE},
    {HTTP_POST, "/api/v1/accounts/{name}/credit", credit_account, RIGHT_OPERATE},
    {0},
};
