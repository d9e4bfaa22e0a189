/* SPDX-License-Identifier: Apache-2.0 */
/* Users of an account: who may send over HTTP, with which quota, from where. */
#include "api/actor.h"
#include "api/allow_ip.h"
#include "api/aside.h"
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "base/secret.h"
#include "core/admin.h"
#include "store/alert.h"
#include "store/id.h"

enum { PASSWORD_MAX = 128, NETWORKS_MAX = 5, NETWORK_MAX = 49, NUMBER_MAX = 32 };

static json_t *user_json(const struct api_user *u, const struct user_alert *alert,
                         struct str account)
{
    json_t *networks = json_array();
    struct str rest = u->allow_ip;
    struct str network;
    while (str_split(&rest, ' ', &network))
        if (network.n)
            json_array_append_new(networks, present_text(network));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "id",
        present_id(u->id), "account", present_text(account), "login", present_text(u->login),
        "quota", u->has_quota ? present_credits(u->quota) : json_null(), "alert_below",
        alert->user_id ? present_credits(alert->below) : json_null(), "alert_email",
        present_text_or_null(alert->email), "alert_sms", present_text_or_null(alert->sms),
        "alert_sender", present_text_or_null(alert->sender), "alerted_at",
        present_time(alert->told_at_us), "allow_ip", networks, "receipts",
        present_text_or_null(u->receipts_url), "stops", present_text_or_null(u->stops_url),
        "enabled", u->enabled, "created_at", present_time(u->created_at_us));
}

/* A zeroed one where it has none. */
static enum err find_alert(struct user_alert *out, struct store_view *view, int64_t user_id)
{
    *out = (struct user_alert){0};
    enum err e = store_alert_get(out, view, user_id);
    return e == ERR_NOT_FOUND ? OK : e;
}

static enum err user_whole(json_t **out, struct store_view *view, const struct account *a,
                           struct str login, struct refusal *why)
{
    struct api_user u;
    struct user_alert alert;
    *out = NULL;
    enum err e = admin_user_find(&u, view, a->id, login, why);
    if (!e && (e = find_alert(&alert, view, u.id)) != OK)
        return refuse(why, e, NULL, (struct str){0});
    if (!e)
        *out = user_json(&u, &alert, a->name);
    return e;
}

static void reply_user(struct api *api, struct http_request *request, int status, struct str login)
{
    struct store_view view = api_view(api, request);
    struct refusal why;
    json_t *json;
    if (user_whole(&json, &view, actor_account(request), login, &why))
        api_reply_refusal(request, &why);
    else
        api_reply_json(request, status, json);
}

static const struct user_alert *alert_of(const struct user_alert *alerts, size_t n, int64_t user_id)
{
    for (size_t i = 0; i < n; i++)
        if (alerts[i].user_id == user_id)
            return &alerts[i];
    return NULL;
}

static void list_users(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    const struct account *a = actor_account(request);
    const struct user_alert none = {0};
    struct api_user *rows;
    struct user_alert *alerts;
    size_t n, alerts_n;
    enum err e = store_user_list(&rows, &n, &view);
    if (!e)
        e = store_alert_list(&alerts, &alerts_n, &view, a->id);
    if (e) {
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct user_alert *alert = alert_of(alerts, alerts_n, rows[i].id);
        if (rows[i].account_id == a->id)
            json_array_append_new(items, user_json(&rows[i], alert ? alert : &none, a->name));
    }
    present_list(request, items, 0);
}

static void show_user(struct api *api, struct http_request *request, const struct str *segments)
{
    reply_user(api, request, 200, segments[1]);
}

/* ---- changes ---- */

struct user_change {
    struct api_change base;
    struct api_aside aside; /* hashes the password before the change is posted */
    api_apply *apply;
    void (*answer)(struct api_change *change);
    struct str password;
    struct api_user user;    /* the columns to set */
    struct user_alert alert; /* what was said; then the whole of it */
    bool has_below, has_email, has_sms, has_sender, sets_alert, ends_alert;
    bool has_password, has_quota, has_allow_ip, has_receipts, has_stops, has_enabled;
    char hash[SECRET_PASSWORD_SIZE];
};

static json_t *show_change(struct api_change *c, struct store_view *view)
{
    struct refusal none;
    json_t *out;
    return user_whole(&out, view, actor_account(c->request), c->subject, &none) ? NULL : out;
}

static void answer_created(struct api_change *c)
{
    reply_user(c->api, c->request, 201, c->subject);
}

static void answer_user(struct api_change *c)
{
    reply_user(c->api, c->request, 200, c->subject);
}

static bool read_null(struct fields *f, const char *name)
{
    struct str none;
    return fields_null(f, name) && fields_text_or_null(f, name, 0, &none);
}

static void read_networks(struct fields *f, struct user_change *c)
{
    struct arena *a = f->request->arena;
    struct str *list;
    size_t n;
    c->has_allow_ip = fields_texts(f, "allow_ip", &list, &n);
    if (!c->has_allow_ip)
        return;
    if (n > NETWORKS_MAX) {
        fields_refuse(f, ERR_LIMIT, "allow_ip", STR("at most 5 addresses or networks"));
        return;
    }
    struct str all = {0};
    for (size_t i = 0; i < n; i++) {
        bool good = list[i].n > 0 && list[i].n <= NETWORK_MAX &&
                    str_find(list[i], ' ') == list[i].n && !allow_ip_check(list[i]);
        if (!good)
            fields_refuse(f, ERR_INVALID, "allow_ip",
                          STR("write addresses or networks such as 192.0.2.7, 192.0.2.0/24 or "
                              "2001:db8::/32"));
        else
            all = arena_printf(a, "%.*s%s%.*s", STR_FMT(all), all.n ? " " : "", STR_FMT(list[i]));
    }
    c->user.allow_ip = all;
}

static struct user_change *change_of_aside(struct api_aside *aside)
{
    return (struct user_change *)((char *)aside - offsetof(struct user_change, aside));
}

static enum err hash_password(struct api_aside *aside, struct store_view *view)
{
    struct user_change *c = change_of_aside(aside);
    return secret_password_hash(c->hash, c->password);
}

static void post_hashed(struct api_aside *aside)
{
    struct user_change *c = change_of_aside(aside);
    c->user.password = str_of(c->hash);
    if (aside->err)
        api_reply_error(aside->request, aside->err, "password", (struct str){0});
    else
        api_change_post(&c->base, aside->api, aside->request, c->apply, c->answer);
}

static void post(struct user_change *c, struct api *api, struct http_request *request,
                 api_apply *apply, void (*answer)(struct api_change *change))
{
    c->apply = apply;
    c->answer = answer;
    c->aside = (struct api_aside){
        .api = api, .request = request, .work = hash_password, .done = post_hashed};
    if (c->has_password)
        api_aside_post(&c->aside);
    else
        api_change_post(&c->base, api, request, apply, answer);
}

/* ---- who is told that few credits are left ---- */

static void read_alert(struct fields *f, struct user_change *c)
{
    struct user_alert *a = &c->alert;
    struct refusal why;
    c->ends_alert = read_null(f, "alert_below");
    if (!c->ends_alert)
        c->has_below = fields_credits(f, "alert_below", 0, &a->below);
    c->has_email = fields_text_or_null(f, "alert_email", ADMIN_EMAIL_MAX, &a->email);
    c->has_sms = fields_text_or_null(f, "alert_sms", NUMBER_MAX, &a->sms);
    c->has_sender = fields_text_or_null(f, "alert_sender", NUMBER_MAX, &a->sender);
    if (a->email.n && admin_email_check(a->email, "alert_email", &why))
        fields_add(f, &why);
    if (a->sms.n)
        fields_phone(f, "alert_sms", &a->sms);
}

static enum err check_alert(struct user_change *c, struct store_view *view, int64_t account_id)
{
    const struct user_alert *a = &c->alert;
    struct refusal *why = &c->base.change.why;
    if (!a->below)
        return refuse(why, ERR_MISSING, "alert_below",
                      STR("say below how many credits somebody is told"));
    if (!a->email.n && !a->sms.n)
        return refuse(why, ERR_MISSING, "alert_email",
                      STR("say who is told: an address of e-mail, a phone as alert_sms, or both"));
    if (a->sms.n && !a->sender.n)
        return refuse(why, ERR_MISSING, "alert_sender",
                      STR("say which sender of the account the SMS has"));
    return a->sms.n ? admin_sender_enabled(view, account_id, a->sender, "alert_sender", why) : OK;
}

/* What stands there with what was said, in c->alert; checked. */
static enum err merge_alert(struct user_change *c, struct store_view *view,
                            const struct api_user *u)
{
    struct user_alert a;
    c->sets_alert = c->has_below || c->has_email || c->has_sms || c->has_sender;
    if (c->ends_alert || !c->sets_alert)
        return OK;
    enum err e = find_alert(&a, view, u->id);
    if (e)
        return e;
    c->alert.user_id = u->id;
    if (!c->has_below)
        c->alert.below = a.below;
    if (!c->has_email)
        c->alert.email = a.email;
    if (!c->has_sms)
        c->alert.sms = a.sms;
    if (!c->has_sender)
        c->alert.sender = a.sender;
    return check_alert(c, view, u->account_id);
}

static enum err write_alert(struct user_change *c, struct store_tx *tx, const struct api_user *u)
{
    if (c->ends_alert)
        return store_alert_delete(tx, u->id);
    return c->sets_alert ? store_alert_put(tx, &c->alert) : OK;
}

/* ---- all of it ---- */

static void read_columns(struct fields *f, struct user_change *c)
{
    c->has_quota = read_null(f, "quota");
    if (!c->has_quota)
        c->has_quota = c->user.has_quota = fields_credits(f, "quota", 0, &c->user.quota);
    read_alert(f, c);
    read_networks(f, c);
    c->has_receipts = fields_url(f, "receipts", &c->user.receipts_url);
    c->has_stops = fields_url(f, "stops", &c->user.stops_url);
    c->has_enabled = fields_flag(f, "enabled", &c->user.enabled);
    c->has_password = fields_text(f, "password", PASSWORD_MAX, &c->password);
    if (c->has_password && c->password.n == 0)
        fields_refuse(f, ERR_INVALID, "password", STR("an empty one lets everybody in"));
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct user_change *c = (struct user_change *)change;
    struct account a;
    enum err e =
        admin_account_find(&a, &tx->view, actor_account(c->base.request)->name, &change->why);
    if (e)
        return e;
    c->user.id = store_id_next();
    c->user.account_id = a.id;
    struct api_user before;
    struct refusal none;
    e = admin_user_find(&before, &tx->view, a.id, c->user.login, &none);
    if (!e)
        return refuse(&change->why, ERR_EXISTS, "login",
                      STR("the account has a user of this login: choose another one"));
    if (e == ERR_NOT_FOUND)
        e = merge_alert(c, &tx->view, &c->user);
    if (!e)
        e = admin_user_write(tx, &a, NULL, &c->user, &change->why);
    return e ? e : write_alert(c, tx, &c->user);
}

static void add_user(struct api *api, struct http_request *request, const struct str *segments)
{
    struct user_change *c = ARENA_NEW(request->arena, struct user_change);
    struct fields f;
    struct refusal why;
    if (!fields_of_body(&f, request))
        return;
    if (!fields_text(&f, "login", ADMIN_NAME_MAX, &c->user.login))
        fields_refuse(&f, ERR_MISSING, "login", STR("say how the user signs in"));
    else if (admin_name_check(c->user.login, "login", &why))
        fields_add(&f, &why);
    read_columns(&f, c);
    if (!c->has_password)
        fields_refuse(&f, ERR_MISSING, "password", STR("give the user one"));
    if (!c->has_enabled)
        c->user.enabled = true;
    if (!fields_end(&f))
        return;
    c->base.did = "user_added";
    c->base.show = show_change;
    c->base.subject = c->user.login;
    post(c, api, request, apply_add, answer_created);
}

static enum err find_user(struct account *a, struct api_user *u, struct store_tx *tx,
                          struct user_change *c)
{
    struct refusal *why = &c->base.change.why;
    enum err e = admin_account_find(a, &tx->view, actor_account(c->base.request)->name, why);
    return e ? e : admin_user_find(u, &tx->view, a->id, c->base.subject, why);
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct user_change *c = (struct user_change *)change;
    struct account a;
    struct api_user before;
    enum err e = find_user(&a, &before, tx, c);
    if (e)
        return e;
    struct api_user u = before;
    if (c->has_password)
        u.password = c->user.password;
    if (c->has_quota) {
        u.has_quota = c->user.has_quota;
        u.quota = c->user.quota;
    }
    if (c->has_allow_ip)
        u.allow_ip = c->user.allow_ip;
    if (c->has_receipts)
        u.receipts_url = c->user.receipts_url;
    if (c->has_stops)
        u.stops_url = c->user.stops_url;
    if (c->has_enabled)
        u.enabled = c->user.enabled;
    e = merge_alert(c, &tx->view, &u);
    if (!e)
        e = admin_user_write(tx, &a, &before, &u, &change->why);
    return e ? e : write_alert(c, tx, &u);
}

static void set_user(struct api *api, struct http_request *request, const struct str *segments)
{
    struct user_change *c = ARENA_NEW(request->arena, struct user_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_columns(&f, c);
    if (!fields_end(&f))
        return;
    c->base.did = "user_set";
    c->base.show = show_change;
    c->base.subject = segments[1];
    post(c, api, request, apply_set, answer_user);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct user_change *c = (struct user_change *)change;
    struct account a;
    struct api_user before;
    enum err e = find_user(&a, &before, tx, c);
    if (e)
        return e;
    struct api_user u = before;
    u.has_quota = false;
    e = admin_user_write(tx, &a, &before, &u, &change->why);
    if (!e)
        e = store_alert_delete(tx, u.id);
    return e ? e : store_user_delete(tx, u.id);
}

static void remove_user(struct api *api, struct http_request *request, const struct str *segments)
{
    struct user_change *c = ARENA_NEW(request->arena, struct user_change);
    c->base.did = "user_removed";
    c->base.show = show_change;
    c->base.subject = segments[1];
    api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route user_routes[] = {
    {HTTP_GET, "/api/v1/accounts/{name}/users", list_users, RIGHT_OWN},
    {HTTP_POST, "/api/v1/accounts/{name}/users", add_user, RIGHT_OWN},
    {HTTP_GET, "/api/v1/accounts/{name}/users/{login}", show_user, RIGHT_OWN},
    {HTTP_PATCH, "/api/v1/accounts/{name}/users/{login}", set_user, RIGHT_OWN},
    {HTTP_DELETE, "/api/v1/accounts/{name}/users/{login}", remove_user, RIGHT_OWN},
    {0},
};
