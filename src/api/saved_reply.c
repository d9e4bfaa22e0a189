/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that an account answers with by hand. */
#include "api/actor.h"
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/admin.h"
#include "store/id.h"
#include "store/thread.h"
#include "text/text.h"

enum { NAME_CHARACTERS = 40, TEXT_CHARACTERS = 1000 };

static json_t *saved_json(const struct saved_reply *r)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "id", present_id(r->id), "name", present_text(r->name),
                     "text", present_text(r->text), "created_at", present_time(r->created_at_us));
}

static void list_saved(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    struct saved_reply *rows;
    size_t n;
    enum err e = store_saved_reply_list(&rows, &n, &view, actor_account(request)->id);
    if (e) {
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(items, saved_json(&rows[i]));
    present_list(request, items, 0);
}

/* ---- changes ---- */

struct saved_change {
    struct api_change base;
    struct str account;
    struct saved_reply row;
    bool has_name, has_text;
};

static void reply_saved(struct saved_change *c, int status)
{
    struct store_view view = api_view(c->base.api, c->base.request);
    struct saved_reply row;
    enum err e = store_saved_reply_get(&row, &view, c->row.id);
    if (e)
        api_reply_error(c->base.request, e, "id", (struct str){0});
    else
        api_reply_json(c->base.request, status, saved_json(&row));
}

static json_t *show_change(struct api_change *c, struct store_view *view)
{
    struct saved_reply row;
    return store_saved_reply_get(&row, view, ((struct saved_change *)c)->row.id) ? NULL
                                                                                 : saved_json(&row);
}

static void answer_created(struct api_change *c)
{
    reply_saved((struct saved_change *)c, 201);
}

static void answer_saved(struct api_change *c)
{
    reply_saved((struct saved_change *)c, 200);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static void check_length(struct fields *f, const char *name, struct str s, size_t most)
{
    if (text_utf8_prefix(s, most) < s.n)
        fields_refuse(f, ERR_TOO_LONG, name,
                      arena_printf(f->request->arena, "at most %zu characters: shorten it", most));
    else if (!str_trim(s).n)
        fields_refuse(f, ERR_MISSING, name, STR("is empty"));
}

static void read_columns(struct fields *f, struct saved_change *c)
{
    c->has_name = fields_text(f, "name", NAME_CHARACTERS * 4, &c->row.name);
    c->has_text = fields_text(f, "text", TEXT_CHARACTERS * 4, &c->row.text);
    if (c->has_name)
        check_length(f, "name", c->row.name, NAME_CHARACTERS);
    if (c->has_text)
        check_length(f, "text", c->row.text, TEXT_CHARACTERS);
    c->base.change.no_reload = true;
}

/* Is there room for one more of this name? `id` is its own, 0 for a new one. */
static enum err check_room(struct saved_change *c, struct store_tx *tx, int64_t account_id,
                           struct str name, int64_t id)
{
    struct saved_reply *rows;
    size_t n;
    enum err e = store_saved_reply_list(&rows, &n, &tx->view, account_id);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        if (rows[i].id != id && str_eq(rows[i].name, name))
            return refuse(&c->base.change.why, ERR_EXISTS, "name",
                          STR("the account has one of this name: choose another"));
    if (!id && n >= SAVED_REPLIES_MAX)
        return refuse(&c->base.change.why, ERR_CONFLICT, NULL,
                      STR("an account has at most 200 of them: remove one first"));
    return OK;
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct saved_change *c = (struct saved_change *)change;
    struct account a;
    enum err e = admin_account_find(&a, &tx->view, c->account, &change->why);
    if (!e)
        e = check_room(c, tx, a.id, c->row.name, 0);
    if (e)
        return e;
    c->row.id = store_id_next();
    c->row.account_id = a.id;
    return store_saved_reply_insert(tx, &c->row);
}

static void add_saved(struct api *api, struct http_request *request, const struct str *segments)
{
    struct saved_change *c = ARENA_NEW(request->arena, struct saved_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_columns(&f, c);
    if (!c->has_name)
        fields_refuse(&f, ERR_MISSING, "name", STR("say how it is called"));
    if (!c->has_text)
        fields_refuse(&f, ERR_MISSING, "text", STR("say what it says"));
    if (!fields_end(&f))
        return;
    c->account = segments[0];
    c->base.did = "saved_reply_added";
    c->base.show = show_change;
    c->base.subject = c->row.name;
    api_change_post(&c->base, api, request, apply_add, answer_created);
}

/* Of this account. */
static enum err find_saved(struct saved_reply *out, struct saved_change *c, struct store_tx *tx)
{
    struct account a;
    enum err e = admin_account_find(&a, &tx->view, c->account, &c->base.change.why);
    if (e)
        return e;
    e = store_saved_reply_get(out, &tx->view, c->row.id);
    if (e == ERR_NOT_FOUND || (!e && out->account_id != a.id))
        return refuse(&c->base.change.why, ERR_NOT_FOUND, "id",
                      STR("there is no saved reply of this id"));
    return e;
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct saved_change *c = (struct saved_change *)change;
    struct saved_reply row;
    enum err e = find_saved(&row, c, tx);
    if (e)
        return e;
    if (c->has_name)
        row.name = c->row.name;
    if (c->has_text)
        row.text = c->row.text;
    e = check_room(c, tx, row.account_id, row.name, row.id);
    return e ? e : store_saved_reply_update(tx, &row);
}

static struct saved_change *change_of(struct http_request *request, const struct str *segments,
                                      const char *did)
{
    struct saved_change *c = ARENA_NEW(request->arena, struct saved_change);
    if (!fields_id(&c->row.id, request, segments[1], "saved reply"))
        return NULL;
    c->account = segments[0];
    c->base.did = did;
    c->base.show = show_change;
    c->base.subject = segments[1];
    c->base.change.no_reload = true;
    return c;
}

static void set_saved(struct api *api, struct http_request *request, const struct str *segments)
{
    struct saved_change *c = change_of(request, segments, "saved_reply_set");
    struct fields f;
    if (!c || !fields_of_body(&f, request))
        return;
    read_columns(&f, c);
    if (fields_end(&f))
        api_change_post(&c->base, api, request, apply_set, answer_saved);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct saved_reply row;
    enum err e = find_saved(&row, (struct saved_change *)change, tx);
    return e ? e : store_saved_reply_delete(tx, row.id);
}

static void remove_saved(struct api *api, struct http_request *request, const struct str *segments)
{
    struct saved_change *c = change_of(request, segments, "saved_reply_removed");
    if (c)
        api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

#define SAVED "/api/v1/accounts/{name}/saved-replies"
const struct api_route saved_reply_routes[] = {
    {HTTP_GET, SAVED, list_saved, RIGHT_VIEW | RIGHT_CHAT},
    {HTTP_POST, SAVED, add_saved, RIGHT_CHAT | RIGHT_OWN},
    {HTTP_PATCH, SAVED "/{id}", set_saved, RIGHT_CHAT | RIGHT_OWN},
    {HTTP_DELETE, SAVED "/{id}", remove_saved, RIGHT_CHAT | RIGHT_OWN},
    {0},
};
