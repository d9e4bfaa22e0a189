/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of an account, for programs. */
#include "api/actor.h"
#include "api/fields.h"
#include "api/people.h"
#include "api/present.h"
#include "store/api_key.h"
#include "store/id.h"

static json_t *scopes_json(unsigned scopes)
{
    json_t *out = json_array();
    for (unsigned bit = 1; bit <= SCOPES_ALL; bit <<= 1)
        if (scopes & bit)
            json_array_append_new(out, json_string(scope_name((enum scope)bit)));
    return out;
}

static json_t *key_json(const struct api_key *k)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "id", present_id(k->id), "name",
                     present_text(k->name), "scopes", scopes_json(k->scopes), "prefix",
                     present_text(k->prefix), "created_at", present_time(k->created_at_us),
                     "last_used_at", present_time(k->last_used_at_us));
}

static void list_keys(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    int64_t account_id = actor_account(request)->id;
    struct api_key *rows;
    size_t n;
    enum err e = store_api_key_list(&rows, &n, &view, account_id);
    if (e) {
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(items, key_json(&rows[i]));
    present_list(request, items, 0);
}

/* ---- changes ---- */

struct key_change {
    struct people_change base;
    struct api_key key;
    struct str secret;
};

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct key_change *c = (struct key_change *)change;
    struct api_key *rows;
    size_t n;
    enum err e = store_api_key_list(&rows, &n, &tx->view, c->key.account_id);
    if (e)
        return e;
    if (n >= API_KEYS_MAX)
        return refuse(&change->why, ERR_LIMIT, "name",
                      STR("the account has 100 keys: remove those that nobody uses"));
    c->key.id = store_id_next();
    c->key.created_at_us = tx->now_us;
    return store_api_key_insert(tx, &c->key);
}

/* What it is made of and when it was used is no part of the change. */
static json_t *show_change(struct api_change *change, struct store_view *view)
{
    const struct api_key *key = &((struct key_change *)change)->key;
    struct api_key *rows;
    size_t n;
    if (store_api_key_list(&rows, &n, view, key->account_id))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (rows[i].id == key->id)
            return json_pack("{s:o, s:o}", "name", present_text(rows[i].name), "scopes",
                             scopes_json(rows[i].scopes));
    return NULL;
}

static void answer_added(struct api_change *change)
{
    struct key_change *c = (struct key_change *)change;
    json_t *body = key_json(&c->key);
    json_object_set_new(body, "key", present_text(c->secret));
    api_reply_json(change->request, 201, body);
}

static void read_scopes(struct fields *f, struct key_change *c)
{
    struct str *words = NULL;
    size_t n = 0;
    fields_texts(f, "scopes", &words, &n);
    for (size_t i = 0; i < n; i++) {
        enum scope scope = 0;
        if (scope_parse(&scope, words[i]))
            fields_refuse(f, ERR_INVALID, "scopes", STR("write read, chat, send or manage"));
        c->key.scopes |= scope;
    }
    if (!c->key.scopes)
        fields_refuse(f, ERR_MISSING, "scopes",
                      STR("say what the key may: read, chat, send, manage"));
}

static void draw_key(struct key_change *c, struct arena *arena)
{
    people_token(&c->base);
    c->secret = arena_printf(arena, API_KEY_BEGIN "%s", c->base.token);
    secret_fingerprint(c->base.digest, c->secret);
    c->key.digest = (struct str){(const char *)c->base.digest, SECRET_DIGEST_SIZE};
    c->key.prefix = str_sub(c->secret, 0, API_KEY_PREFIX);
}

static void add_key(struct api *api, struct http_request *request, const struct str *segments)
{
    struct key_change *c = ARENA_NEW(request->arena, struct key_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    if (!people_read_name(&f, &c->key.name))
        fields_refuse(&f, ERR_MISSING, "name", STR("say which program it is for"));
    read_scopes(&f, c);
    if (!fields_end(&f))
        return;
    c->key.account_id = actor_account(request)->id;
    draw_key(c, request->arena);
    c->base.base.did = "key_added";
    c->base.base.show = show_change;
    c->base.base.subject = c->key.name;
    people_post(&c->base, api, request, apply_add, answer_added);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct key_change *c = (struct key_change *)change;
    enum err e = store_api_key_delete(tx, c->key.account_id, c->key.id);
    return e == ERR_NOT_FOUND ? refuse(&change->why, e, "id", STR("there is no key of this id"))
                              : e;
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static void remove_key(struct api *api, struct http_request *request, const struct str *segments)
{
    struct key_change *c = ARENA_NEW(request->arena, struct key_change);
    if (!fields_id(&c->key.id, request, segments[1], "key"))
        return;
    c->key.account_id = actor_account(request)->id;
    c->base.base.did = "key_removed";
    c->base.base.show = show_change;
    c->base.base.subject = segments[1];
    people_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route key_routes[] = {
    {HTTP_GET, "/api/v1/accounts/{name}/keys", list_keys, RIGHT_OWN},
    {HTTP_POST, "/api/v1/accounts/{name}/keys", add_key, RIGHT_OWN},
    {HTTP_DELETE, "/api/v1/accounts/{name}/keys/{id}", remove_key, RIGHT_OWN},
    {0},
};
