/* SPDX-License-Identifier: Apache-2.0 */
/* All members of the platform: an operator's. */
#include "api/actor.h"
#include "api/fields.h"
#include "api/people.h"
#include "api/present.h"
#include "core/admin.h"
#include "store/id.h"

enum { DRAWN_PASSWORD = 20, LIST_USUAL = 50, LIST_MOST = 1000 };

/* ---- reading ---- */

static enum err find(struct member *out, struct store_view *view, struct str who,
                     struct refusal *why)
{
    uint64_t id;
    enum err e = ERR_NOT_FOUND;
    if (str_find(who, '@') < who.n)
        e = store_member_find(out, view, people_email(view->arena, who));
    else if (!str_to_u64(&id, who) && id <= INT64_MAX)
        e = store_member_get(out, view, (int64_t)id);
    return e == ERR_NOT_FOUND
               ? refuse(why, e, "id",
                        STR("there is no such member: `navette member list` shows them"))
           : e ? refuse(why, e, NULL, (struct str){0})
               : OK;
}

static enum err member_json(json_t **out, struct api *api, struct store_view *view,
                            const struct member *m)
{
    struct membership *own;
    size_t n;
    enum err e = store_membership_of_member(&own, &n, view, m->id);
    if (e)
        return e;
    const struct directory *d = core_directory(api_core(api));
    *out = people_member_json(m, own, n, d);
    directory_release(d);
    return OK;
}

static void reply_member(struct api *api, struct http_request *request, int status, struct str who,
                         struct str password)
{
    struct store_view view = api_view(api, request);
    struct member m;
    struct refusal why;
    json_t *body;
    enum err e = find(&m, &view, who, &why);
    if (e) {
        api_reply_refusal(request, &why);
        return;
    }
    e = member_json(&body, api, &view, &m);
    if (e) {
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    if (password.n)
        json_object_set_new(body, "password", present_text(password));
    api_reply_json(request, status, body);
}

static void show_member(struct api *api, struct http_request *request, const struct str *segments)
{
    reply_member(api, request, 200, segments[0], (struct str){0});
}

static void list_members(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    int64_t before = 0;
    int64_t limit = LIST_USUAL;
    struct member *rows;
    size_t n;
    struct fields f;
    fields_of_query(&f, request);
    fields_number(&f, "cursor", 1, INT64_MAX, &before);
    fields_number(&f, "limit", 1, LIST_MOST, &limit);
    if (!fields_end(&f))
        return;
    enum err e = store_member_list(&rows, &n, &view, before, (size_t)limit);
    json_t *items = json_array();
    for (size_t i = 0; i < n && !e; i++) {
        json_t *item;
        e = member_json(&item, api, &view, &rows[i]);
        if (!e)
            json_array_append_new(items, item);
    }
    if (e) {
        json_decref(items);
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    present_list(request, items, n == (size_t)limit ? rows[n - 1].id : 0);
}

/* ---- changes ---- */

struct member_change {
    struct people_change base;
    struct str who;
    int64_t account_id;
    enum role role; /* 0: none any more */
    bool has_role, drawn, totp_off;
    char password[DRAWN_PASSWORD + 1];
};

/* One account at a time: `account`, and `role` there. */
static void read_role(struct fields *f, struct api *api, struct member_change *c, bool may_end)
{
    actor_scope(f, api, RIGHT_OPERATE, &c->account_id);
    bool account = c->account_id != 0;
    if (may_end && fields_null(f, "role")) {
        struct str none;
        c->has_role = fields_text_or_null(f, "role", 1, &none);
    } else {
        c->has_role = people_read_role(f, &c->role);
    }
    if (account != c->has_role)
        fields_refuse(f, ERR_MISSING, account ? "role" : "account",
                      STR("account and role go together: say both"));
}

static json_t *show_change(struct api_change *change, struct store_view *view)
{
    const struct member_change *c = (const struct member_change *)change;
    struct str who = c->who.n ? c->who : c->base.member.email;
    struct refusal none;
    struct member m;
    json_t *out = NULL;
    if (find(&m, view, who, &none) || member_json(&out, change->api, view, &m))
        return NULL;
    json_object_del(out, "last_seen_at");
    return out;
}

static void read_member(struct fields *f, struct member_change *c)
{
    struct people_change *p = &c->base;
    p->has_email = people_read_email(f, &p->member.email);
    p->has_name = people_read_name(f, &p->member.name);
    p->has_language = people_read_language(f, &p->member.language);
    p->has_operator = fields_flag(f, "operator", &p->member.is_operator);
    people_read_password(f, "password", &p->password);
}

static enum err put_role(struct store_tx *tx, const struct member_change *c, int64_t member_id)
{
    struct membership m = {.member_id = member_id, .account_id = c->account_id, .role = c->role};
    if (!c->has_role)
        return OK;
    if (c->role)
        return store_membership_put(tx, &m);
    enum err e = store_membership_delete(tx, member_id, c->account_id);
    return e == ERR_NOT_FOUND ? OK : e;
}

static enum err refuse_taken(struct store_tx *tx, struct change *change, struct str email,
                             int64_t but_id)
{
    struct member there;
    enum err e = store_member_find(&there, &tx->view, email);
    if (e)
        return e == ERR_NOT_FOUND ? OK : e;
    return there.id == but_id
               ? OK
               : refuse(&change->why, ERR_EXISTS, "email",
                        STR("a member has this address already: `navette member show` tells"));
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct member_change *c = (struct member_change *)change;
    struct member *m = &c->base.member;
    enum err e = refuse_taken(tx, change, m->email, 0);
    if (e)
        return e;
    m->id = store_id_next();
    e = store_member_insert(tx, m);
    return e ? e : put_role(tx, c, m->id);
}

static void answer_created(struct api_change *change)
{
    struct member_change *c = (struct member_change *)change;
    reply_member(change->api, change->request, 201, c->base.member.email,
                 c->drawn ? str_of(c->password) : (struct str){0});
}

static void draw_password(struct member_change *c)
{
    char token[SECRET_TOKEN_SIZE];
    secret_token(token);
    memcpy(c->password, token, DRAWN_PASSWORD);
    c->base.password = str_of(c->password);
    c->drawn = true;
}

static void add_member(struct api *api, struct http_request *request, const struct str *segments)
{
    struct member_change *c = ARENA_NEW(request->arena, struct member_change);
    struct people_change *p = &c->base;
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_member(&f, c);
    read_role(&f, api, c, false);
    if (!p->has_email)
        fields_refuse(&f, ERR_MISSING, "email", STR("say with which address they sign in"));
    if (!p->has_name)
        p->member.name = p->member.email;
    if (!p->has_language)
        p->member.language = STR("en");
    if (!fields_end(&f))
        return;
    if (!p->password.n)
        draw_password(c);
    p->base.did = "member_added";
    p->base.show = show_change;
    p->base.subject = p->member.email;
    people_post(p, api, request, apply_add, answer_created);
}

/* From the panel nobody can leave the platform without an operator. */
static enum err refuse_last(struct store_tx *tx, struct member_change *c, const struct member *m)
{
    int64_t others;
    if (!m->is_operator || actor_of(c->base.base.request)->kind == ACTOR_SOCKET)
        return OK;
    enum err e = store_member_operators(&others, &tx->view, m->id);
    return e        ? e
           : others ? OK
                    : refuse(&c->base.base.change.why, ERR_CONFLICT, "operator",
                             STR("this is the only operator: make another one first"));
}

static enum err write_member(struct store_tx *tx, struct member_change *c, struct member *m)
{
    const struct people_change *p = &c->base;
    if (p->has_email)
        m->email = p->member.email;
    if (p->has_name)
        m->name = p->member.name;
    if (p->has_language)
        m->language = p->member.language;
    if (p->has_operator)
        m->is_operator = p->member.is_operator;
    if (p->password.n)
        m->password = p->member.password;
    enum err e = store_member_update(tx, m);
    if (!e && p->password.n)
        e = store_session_delete_others(tx, m->id, 0);
    if (!e && (p->password.n || p->has_email)) /* links that went to an old address, or a thief */
        e = store_token_delete(tx, TOKEN_PASSWORD, m->id);
    if (!e && c->totp_off)
        e = store_member_totp_set(tx, m->id, (struct str){0}, false);
    return e ? e : put_role(tx, c, m->id);
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct member_change *c = (struct member_change *)change;
    struct member m;
    enum err e = find(&m, &tx->view, c->who, &change->why);
    if (!e && c->base.has_email)
        e = refuse_taken(tx, change, c->base.member.email, m.id);
    if (!e && c->base.has_operator && !c->base.member.is_operator)
        e = refuse_last(tx, c, &m);
    if (e)
        return e;
    e = write_member(tx, c, &m);
    c->who = arena_str(change->arena, m.email);
    return e;
}

static void answer_member(struct api_change *change)
{
    reply_member(change->api, change->request, 200, ((struct member_change *)change)->who,
                 (struct str){0});
}

static void set_member(struct api *api, struct http_request *request, const struct str *segments)
{
    struct member_change *c = ARENA_NEW(request->arena, struct member_change);
    bool totp = true;
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_member(&f, c);
    read_role(&f, api, c, true);
    c->totp_off = fields_flag(&f, "totp", &totp) && !totp;
    if (totp && json_object_get(f.body, "totp"))
        fields_refuse(&f, ERR_INVALID, "totp",
                      STR("only false: they switch it on themselves, with their phone at hand"));
    if (!fields_end(&f))
        return;
    c->who = segments[0];
    c->base.base.did = "member_set";
    c->base.base.show = show_change;
    c->base.base.subject = segments[0];
    people_post(&c->base, api, request, apply_set, answer_member);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct member_change *c = (struct member_change *)change;
    struct member m;
    enum err e = find(&m, &tx->view, c->who, &change->why);
    if (!e)
        e = refuse_last(tx, c, &m);
    return e ? e : store_member_delete(tx, m.id);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static void remove_member(struct api *api, struct http_request *request, const struct str *segments)
{
    struct member_change *c = ARENA_NEW(request->arena, struct member_change);
    c->who = segments[0];
    c->base.base.did = "member_removed";
    c->base.base.show = show_change;
    c->base.base.subject = segments[0];
    people_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route member_routes[] = {
    {HTTP_GET, "/api/v1/members", list_members, RIGHT_OPERATE},
    {HTTP_POST, "/api/v1/members", add_member, RIGHT_OPERATE},
    {HTTP_GET, "/api/v1/members/{id}", show_member, RIGHT_OPERATE},
    {HTTP_PATCH, "/api/v1/members/{id}", set_member, RIGHT_OPERATE},
    {HTTP_DELETE, "/api/v1/members/{id}", remove_member, RIGHT_OPERATE},
    {0},
};
