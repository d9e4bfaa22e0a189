/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an account has told of its replies: by e-mail or by SMS. */
#include "api/actor.h"
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/admin.h"
#include "core/errand.h"
#include "store/id.h"

enum { SENDER_MAX = 32, LANGUAGE_MAX = 8, PER_ACCOUNT_MAX = 20 };

static json_t *notification_json(const struct notification *n, struct str account)
{
    bool mail = n->kind == NOTIFICATION_EMAIL;
    return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "id", present_id(n->id), "account",
                     present_text(account), "kind", notification_kind_name(n->kind), "target",
                     present_text(n->target), "sender", present_text(n->sender), "language",
                     mail ? present_text(n->language) : json_null(), "created_at",
                     present_time(n->created_at_us));
}

/* The account's of this id; id 0: only the account. */
static enum err find(struct account *a, struct notification *out, struct store_view *view,
                     struct str account, int64_t id, struct refusal *why)
{
    struct notification *all;
    size_t n;
    enum err e = admin_account_find(a, view, account, why);
    if (!e && id)
        e = store_notification_list(&all, &n, view);
    if (e || !id)
        return e;
    for (size_t i = 0; i < n; i++)
        if (all[i].id == id && all[i].account_id == a->id) {
            *out = all[i];
            return OK;
        }
    return refuse(why, ERR_NOT_FOUND, "id",
                  STR("the account has no notification of this id: `navette notification list` "
                      "shows them"));
}

static void list(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    const struct account *a = actor_account(request);
    struct notification *all;
    size_t n;
    enum err e = store_notification_list(&all, &n, &view);
    if (e) {
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++)
        if (all[i].account_id == a->id)
            json_array_append_new(items, notification_json(&all[i], a->name));
    present_list(request, items, 0);
}

/* ---- changes ---- */

struct notification_change {
    struct api_change base;
    struct str account;
    int64_t id;
    struct notification wanted;
    bool has_email, has_sms, has_sender, has_language;
};

static json_t *show_change(struct api_change *change, struct store_view *view)
{
    struct notification_change *c = (struct notification_change *)change;
    struct account a;
    struct notification n;
    struct refusal none;
    if (!c->id || find(&a, &n, view, c->account, c->id, &none))
        return NULL;
    return notification_json(&n, a.name);
}

static void answer(struct api_change *change)
{
    struct notification_change *c = (struct notification_change *)change;
    struct store_view view = api_view(change->api, change->request);
    struct account a;
    struct notification n;
    struct refusal why;
    if (find(&a, &n, &view, c->account, c->id, &why))
        api_reply_refusal(change->request, &why);
    else
        api_reply_json(change->request, c->wanted.kind ? 201 : 200, notification_json(&n, a.name));
}

static void answer_removed(struct api_change *change)
{
    present_removed(change->request, change->subject);
}

static enum err check_sender(struct store_tx *tx, const struct account *a,
                             const struct notification *n, struct refusal *why)
{
    if (n->kind == NOTIFICATION_EMAIL)
        return n->sender.n ? admin_email_check(n->sender, "from", why) : OK;
    return admin_sender_enabled(&tx->view, a->id, n->sender, "sender", why);
}

static enum err check_count(struct store_view *view, int64_t account_id, struct refusal *why)
{
    struct notification *all;
    size_t n, own = 0;
    enum err e = store_notification_list(&all, &n, view);
    for (size_t i = 0; i < n && !e; i++)
        own += all[i].account_id == account_id;
    if (!e && own >= PER_ACCOUNT_MAX)
        return refuse(why, ERR_LIMIT, NULL, STR("an account has at most 20 notifications"));
    return e;
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct notification_change *c = (struct notification_change *)change;
    struct account a;
    enum err e = find(&a, NULL, &tx->view, c->account, 0, &change->why);
    if (!e)
        e = check_sender(tx, &a, &c->wanted, &change->why);
    if (!e)
        e = check_count(&tx->view, a.id, &change->why);
    if (e)
        return e;
    c->wanted.id = c->id = store_id_next();
    c->wanted.account_id = a.id;
    if (!c->has_language)
        c->wanted.language = account_language(&a);
    return store_notification_insert(tx, &c->wanted);
}

static void read_notification(struct fields *f, struct notification_change *c)
{
    struct refusal why;
    c->has_email = fields_text(f, "email", ADMIN_EMAIL_MAX, &c->wanted.target);
    c->has_sms = fields_text(f, "sms", SENDER_MAX, &c->wanted.target);
    c->has_sender = fields_text(f, "from", ADMIN_EMAIL_MAX, &c->wanted.sender);
    c->has_sender |= fields_text(f, "sender", SENDER_MAX, &c->wanted.sender);
    c->has_language = fields_text(f, "language", LANGUAGE_MAX, &c->wanted.language);
    if (c->has_email && c->has_sms)
        fields_refuse(f, ERR_INVALID, "sms", STR("one notification is an e-mail or an SMS"));
    else if (c->has_sms)
        fields_phone(f, "sms", &c->wanted.target);
    else if (c->has_email && admin_email_check(c->wanted.target, "email", &why))
        fields_add(f, &why);
    if (c->has_language && !str_eq(c->wanted.language, STR("en")) &&
        !str_eq(c->wanted.language, STR("fr")))
        fields_refuse(f, ERR_INVALID, "language", STR("say en or fr"));
}

static void add(struct api *api, struct http_request *request, const struct str *segments)
{
    struct notification_change *c = ARENA_NEW(request->arena, struct notification_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_notification(&f, c);
    if (!c->has_email && !c->has_sms)
        fields_refuse(&f, ERR_MISSING, "email", STR("say whom to tell: --email or --sms"));
    if (c->has_sms && !c->has_sender)
        fields_refuse(&f, ERR_MISSING, "sender", STR("say which sender of the account it has"));
    if (!fields_end(&f))
        return;
    c->wanted.kind = c->has_sms ? NOTIFICATION_SMS : NOTIFICATION_EMAIL;
    c->account = segments[0];
    c->base.did = "notification_added";
    c->base.show = show_change;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_add, answer);
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct notification_change *c = (struct notification_change *)change;
    struct account a;
    struct notification n;
    enum err e = find(&a, &n, &tx->view, c->account, c->id, &change->why);
    if (e)
        return e;
    if (c->has_email != (n.kind == NOTIFICATION_EMAIL) && (c->has_email || c->has_sms))
        return refuse(&change->why, ERR_INVALID, NULL,
                      STR("an e-mail stays one, and an SMS too: add another and remove this"));
    if (c->has_email || c->has_sms)
        n.target = c->wanted.target;
    if (c->has_sender)
        n.sender = c->wanted.sender;
    if (c->has_language)
        n.language = c->wanted.language;
    e = check_sender(tx, &a, &n, &change->why);
    return e ? e : store_notification_update(tx, &n);
}

static void set(struct api *api, struct http_request *request, const struct str *segments)
{
    struct notification_change *c = ARENA_NEW(request->arena, struct notification_change);
    struct fields f;
    if (!fields_id(&c->id, request, segments[1], "notification") || !fields_of_body(&f, request))
        return;
    read_notification(&f, c);
    if (!fields_end(&f))
        return;
    c->account = segments[0];
    c->base.did = "notification_set";
    c->base.show = show_change;
    c->base.subject = segments[1];
    api_change_post(&c->base, api, request, apply_set, answer);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct notification_change *c = (struct notification_change *)change;
    struct account a;
    struct notification n;
    enum err e = find(&a, &n, &tx->view, c->account, c->id, &change->why);
    return e ? e : store_notification_delete(tx, n.id);
}

static void take_away(struct api *api, struct http_request *request, const struct str *segments)
{
    struct notification_change *c = ARENA_NEW(request->arena, struct notification_change);
    if (!fields_id(&c->id, request, segments[1], "notification"))
        return;
    c->account = segments[0];
    c->base.did = "notification_removed";
    c->base.show = show_change;
    c->base.subject = segments[1];
    api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route notification_routes[] = {
    {HTTP_GET, "/api/v1/accounts/{name}/notifications", list, RIGHT_OWN},
    {HTTP_POST, "/api/v1/accounts/{name}/notifications", add, RIGHT_OWN},
    {HTTP_PATCH, "/api/v1/accounts/{name}/notifications/{id}", set, RIGHT_OWN},
    {HTTP_DELETE, "/api/v1/accounts/{name}/notifications/{id}", take_away, RIGHT_OWN},
    {0},
};
