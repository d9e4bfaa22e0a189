/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Senders of an account: what recipients see as the origin. An operator's are enabled at once; an
 * owner's wait for an operator's decision, unless they come from the account's own data (P3.2).
 */
#include "api/sender.h"

#include "api/actor.h"
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/accept.h"
#include "core/admin.h"
#include "core/errand.h"
#include "store/id.h"
#include "text/text.h"

enum {
    SENDER_MAX = 32,
    WORD_MAX = 16,
    DESCRIPTION_CHARACTERS = 40,
    REASON_CHARACTERS = 250,
    OWN_MOST = 100 /* of an account; an operator may add more */
};

enum err sender_json(json_t **out, struct store_view *view, const struct sender *s,
                     struct str account)
{
    struct sender_document *rows;
    size_t n;
    enum err e = store_document_list(&rows, &n, view, s->id);
    if (e)
        return e;
    json_t *documents = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(documents, sender_document_json(&rows[i]));
    *out = json_pack(
        "{s:o, s:o, s:o, s:s, s:s, s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
        present_id(s->id), "account", present_text(account), "name", present_text(s->name), "kind",
        sender_is_number(s->name) ? "numeric" : "name", "state", sender_state_name(s->state),
        "enabled", sender_is_enabled(s), "origin", sender_origin_name(s->origin), "description",
        present_text_or_null(s->description), "reason", present_text_or_null(s->reason), "comment",
        present_text_or_null(s->comment), "documents", documents, "created_at",
        present_time(s->created_at_us), "decided_at", present_time(s->decided_at_us));
    return OK;
}

static void reply_sender(struct api *api, struct http_request *request, int status, struct str name)
{
    struct store_view view = api_view(api, request);
    const struct account *a = actor_account(request);
    struct sender s;
    struct refusal why;
    json_t *json;
    if (admin_sender_find(&s, &view, a->id, name, &why)) {
        api_reply_refusal(request, &why);
        return;
    }
    enum err e = sender_json(&json, &view, &s, a->name);
    if (e)
        api_reply_error(request, e, NULL, (struct str){0});
    else
        api_reply_json(request, status, json);
}

/* ---- lists ---- */

static const struct account *find_by_id(const struct account *rows, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].id == id)
            return &rows[i];
    return NULL;
}

struct sender_filter {
    int64_t account_id; /* 0: any */
    enum sender_state state;
    bool has_state;
};

static void reply_list(struct api *api, struct http_request *request,
                       const struct sender_filter *filter)
{
    struct store_view view = api_view(api, request);
    struct sender *rows;
    struct account *accounts;
    size_t n, accounts_n;
    enum err e = store_sender_list(&rows, &n, &view);
    if (!e)
        e = store_account_list(&accounts, &accounts_n, &view);
    json_t *items = json_array();
    for (size_t i = 0; i < n && !e; i++) {
        const struct account *a = find_by_id(accounts, accounts_n, rows[i].account_id);
        json_t *item;
        if (!a || (filter->account_id && filter->account_id != a->id) ||
            (filter->has_state && filter->state != rows[i].state))
            continue;
        e = sender_json(&item, &view, &rows[i], a->name);
        if (!e)
            json_array_append_new(items, item);
    }
    if (!e) {
        present_list(request, items, 0);
        return;
    }
    json_decref(items);
    api_reply_error(request, e, NULL, (struct str){0});
}

static bool read_state(struct fields *f, struct sender_filter *filter)
{
    struct str word;
    filter->has_state = fields_text(f, "state", WORD_MAX, &word);
    if (filter->has_state && sender_state_parse(&filter->state, word))
        fields_refuse(f, ERR_INVALID, "state", STR("write waiting, enabled, refused or disabled"));
    return fields_end(f);
}

static void list_senders(struct api *api, struct http_request *request, const struct str *segments)
{
    struct sender_filter filter = {.account_id = actor_account(request)->id};
    struct fields f;
    fields_of_query(&f, request);
    if (read_state(&f, &filter))
        reply_list(api, request, &filter);
}

static void list_all(struct api *api, struct http_request *request, const struct str *segments)
{
    struct sender_filter filter = {0};
    struct fields f;
    fields_of_query(&f, request);
    if (read_state(&f, &filter))
        reply_list(api, request, &filter);
}

static void show_sender(struct api *api, struct http_request *request, const struct str *segments)
{
    reply_sender(api, request, 200, segments[1]);
}

static void list_suggestions(struct api *api, struct http_request *request,
                             const struct str *segments)
{
    struct sender_suggestion found[SENDER_SUGGESTIONS_MAX];
    struct store_view view = api_view(api, request);
    const struct account *a = actor_account(request);
    struct sender s;
    struct refusal why;
    size_t n = sender_suggest(found, request->arena, &a->profile);
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++)
        if (admin_sender_find(&s, &view, a->id, found[i].name, &why))
            json_array_append_new(items,
                                  json_pack("{s:o, s:s}", "name", present_text(found[i].name),
                                            "origin", sender_origin_name(found[i].origin)));
    present_list(request, items, 0);
}

/* ---- changes ---- */

struct sender_change {
    struct api_change base;
    struct sender sender;
    bool operates; /* who asks is an operator */
    bool has_enabled, enabled, has_description, has_reason;
};

static json_t *show_change(struct api_change *c, struct store_view *view)
{
    const struct account *a = actor_account(c->request);
    struct sender s;
    struct refusal none;
    json_t *out;
    if (admin_sender_find(&s, view, a->id, c->subject, &none))
        return NULL;
    return sender_json(&out, view, &s, a->name) ? NULL : out;
}

static void answer_created(struct api_change *c)
{
    reply_sender(c->api, c->request, 201, c->subject);
}

static void answer_sender(struct api_change *c)
{
    reply_sender(c->api, c->request, 200, c->subject);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static struct sender_change *change_of(struct http_request *request, const struct str *segments,
                                       const char *did)
{
    struct sender_change *c = ARENA_NEW(request->arena, struct sender_change);
    c->operates = (actor_of(request)->everywhere & RIGHT_OPERATE) != 0;
    c->base.did = did;
    c->base.show = show_change;
    c->base.subject = segments[1];
    return c;
}

/* At most so many characters; empty is missing where it is wanted. */
static bool read_words(struct fields *f, const char *name, size_t most, struct str *out)
{
    if (!fields_text_or_null(f, name, most * 4, out))
        return false;
    *out = str_trim(*out);
    if (text_utf8_prefix(*out, most) < out->n)
        fields_refuse(f, ERR_TOO_LONG, name,
                      arena_printf(f->request->arena, "at most %zu characters: shorten it", most));
    return true;
}

static void read_columns(struct fields *f, struct sender_change *c)
{
    c->has_enabled = fields_flag(f, "enabled", &c->enabled);
    c->has_description =
        read_words(f, "description", DESCRIPTION_CHARACTERS, &c->sender.description);
    c->has_reason = read_words(f, "reason", REASON_CHARACTERS, &c->sender.reason);
}

/* From the account's own data: is it really there? */
static enum err check_origin(struct sender_change *c, struct arena *a,
                             const struct account *account)
{
    struct sender_suggestion found[SENDER_SUGGESTIONS_MAX];
    size_t n = sender_suggest(found, a, &account->profile);
    for (size_t i = 0; i < n; i++)
        if (found[i].origin == c->sender.origin && str_eq(found[i].name, c->sender.name))
            return OK;
    return refuse(&c->base.change.why, ERR_INVALID, "origin",
                  STR("the account's profile does not give this name: choose one of "
                      "sender-suggestions, or ask for it by hand"));
}

static enum err count_own(size_t *n, struct store_view *view, int64_t account_id)
{
    struct sender *rows;
    size_t all;
    enum err e = store_sender_list(&rows, &all, view);
    *n = 0;
    for (size_t i = 0; i < all && !e; i++)
        *n += rows[i].account_id == account_id;
    return e;
}

static enum err check_owner(struct sender_change *c, struct store_tx *tx, const struct account *a)
{
    size_t n;
    enum err e = count_own(&n, &tx->view, a->id);
    if (!e && n >= OWN_MOST)
        return refuse(&c->base.change.why, ERR_CONFLICT, NULL,
                      STR("the account has 100 senders: remove one first, or ask an operator"));
    if (e || c->sender.origin == SENDER_BY_HAND)
        return e;
    return check_origin(c, tx->view.arena, a);
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct sender_change *c = (struct sender_change *)change;
    struct account a;
    struct str account = actor_account(c->base.request)->name;
    enum err e = admin_account_find(&a, &tx->view, account, &change->why);
    if (e)
        return e;
    struct sender there;
    struct refusal none;
    e = admin_sender_find(&there, &tx->view, a.id, c->sender.name, &none);
    if (!e)
        return refuse(&change->why, ERR_EXISTS, "name", STR("the account has this sender already"));
    if (e == ERR_NOT_FOUND)
        e = c->operates ? OK : check_owner(c, tx, &a);
    c->sender.id = store_id_next();
    c->sender.account_id = a.id;
    return e ? e : store_sender_insert(tx, &c->sender);
}

static void read_name(struct fields *f, struct sender_change *c)
{
    if (!fields_text(f, "name", SENDER_MAX, &c->sender.name))
        fields_refuse(f, ERR_MISSING, "name", STR("say what recipients will see"));
    else if (sender_check(c->sender.name))
        fields_refuse(f, ERR_BAD_SENDER, "name",
                      STR("use 3 to 11 letters, digits, spaces and - . , & + _, not digits only; "
                          "or a number of 3 to 15 digits"));
}

/* What an owner asks for by hand is explained to who decides. */
static void read_request(struct fields *f, struct sender_change *c)
{
    struct str word;
    c->sender.origin = SENDER_BY_HAND;
    if (fields_text(f, "origin", WORD_MAX, &word) && sender_origin_parse(&c->sender.origin, word))
        fields_refuse(f, ERR_INVALID, "origin", STR("write manual, personal or domain"));
    bool by_hand = c->sender.origin == SENDER_BY_HAND;
    if (c->operates || !by_hand) {
        c->sender.state = c->has_enabled && !c->enabled ? SENDER_DISABLED : SENDER_ENABLED;
        return;
    }
    c->sender.state = SENDER_WAITING;
    if (!c->sender.description.n)
        fields_refuse(f, ERR_MISSING, "description", STR("say what is sent from it"));
    if (!c->sender.reason.n)
        fields_refuse(f, ERR_MISSING, "reason", STR("say why this name is yours to use"));
    if (c->has_enabled)
        fields_refuse(f, ERR_FORBIDDEN, "enabled", STR("an operator decides: leave it out"));
}

static void add_sender(struct api *api, struct http_request *request, const struct str *segments)
{
    struct sender_change *c = change_of(request, segments, "sender_added");
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_name(&f, c);
    read_columns(&f, c);
    read_request(&f, c);
    if (!fields_end(&f))
        return;
    c->base.subject = c->sender.name;
    api_change_post(&c->base, api, request, apply_add, answer_created);
}

static enum err find_sender(struct sender *s, struct store_tx *tx, struct sender_change *c)
{
    struct refusal *why = &c->base.change.why;
    struct account a;
    enum err e = admin_account_find(&a, &tx->view, actor_account(c->base.request)->name, why);
    return e ? e : admin_sender_find(s, &tx->view, a.id, c->base.subject, why);
}

/* An owner switches what was enabled; a new explanation asks again. */
static enum err set_state(struct sender *s, struct sender_change *c)
{
    bool undecided = s->state == SENDER_WAITING || s->state == SENDER_REFUSED;
    if (c->has_enabled && !c->operates && undecided)
        return refuse(&c->base.change.why, ERR_CONFLICT, "enabled",
                      s->state == SENDER_WAITING
                          ? STR("an operator has not decided about it yet")
                          : STR("an operator has refused it: explain it anew, or remove it"));
    if (c->has_enabled)
        s->state = c->enabled ? SENDER_ENABLED : SENDER_DISABLED;
    else if (undecided && !c->operates && (c->has_description || c->has_reason))
        s->state = SENDER_WAITING;
    return OK;
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct sender_change *c = (struct sender_change *)change;
    struct sender s;
    enum err e = find_sender(&s, tx, c);
    if (!e)
        e = set_state(&s, c);
    if (e)
        return e;
    if (c->has_description)
        s.description = c->sender.description;
    if (c->has_reason)
        s.reason = c->sender.reason;
    return store_sender_update(tx, &s);
}

static void set_sender(struct api *api, struct http_request *request, const struct str *segments)
{
    struct sender_change *c = change_of(request, segments, "sender_set");
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_columns(&f, c);
    if (fields_end(&f))
        api_change_post(&c->base, api, request, apply_set, answer_sender);
}

static enum err apply_decision(struct core *core, struct store_tx *tx, struct change *change)
{
    struct sender_change *c = (struct sender_change *)change;
    struct sender s;
    enum err e = find_sender(&s, tx, c);
    if (e)
        return e;
    s.state = c->enabled ? SENDER_ENABLED : SENDER_REFUSED;
    s.comment = c->sender.comment;
    s.decided_at_us = tx->now_us;
    e = store_sender_update(tx, &s);
    return e ? e : errand_sender_decided(core, tx, &s);
}

static void decide_sender(struct api *api, struct http_request *request, const struct str *segments)
{
    struct sender_change *c = change_of(request, segments, "sender_decided");
    struct str word = {0};
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    fields_text(&f, "decision", WORD_MAX, &word);
    c->enabled = str_eq(word, STR("enabled"));
    bool refused = str_eq(word, STR("refused"));
    if (!c->enabled && !refused)
        fields_refuse(&f, word.n ? ERR_INVALID : ERR_MISSING, "decision",
                      STR("write enabled or refused"));
    read_words(&f, "comment", REASON_CHARACTERS, &c->sender.comment);
    if (refused && !c->sender.comment.n)
        fields_refuse(&f, ERR_MISSING, "comment", STR("say why: its owner reads it"));
    if (fields_end(&f))
        api_change_post(&c->base, api, request, apply_decision, answer_sender);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct sender s;
    enum err e = find_sender(&s, tx, (struct sender_change *)change);
    return e ? e : store_sender_delete(tx, s.id);
}

static void remove_sender(struct api *api, struct http_request *request, const struct str *segments)
{
    struct sender_change *c = change_of(request, segments, "sender_removed");
    api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route sender_routes[] = {
    {HTTP_GET, "/api/v1/senders", list_all, RIGHT_OPERATE},
    {HTTP_GET, "/api/v1/accounts/{name}/senders", list_senders, RIGHT_VIEW},
    {HTTP_POST, "/api/v1/accounts/{name}/senders", add_sender, RIGHT_OWN},
    {HTTP_GET, "/api/v1/accounts/{name}/sender-suggestions", list_suggestions, RIGHT_OWN},
    {HTTP_GET, "/api/v1/accounts/{name}/senders/{sender}", show_sender, RIGHT_VIEW},
    {HTTP_PATCH, "/api/v1/accounts/{name}/senders/{sender}", set_sender, RIGHT_OWN},
    {HTTP_DELETE, "/api/v1/accounts/{name}/senders/{sender}", remove_sender, RIGHT_OWN},
    {HTTP_POST, "/api/v1/accounts/{name}/senders/{sender}/decision", decide_sender, RIGHT_OPERATE},
    {0},
};
