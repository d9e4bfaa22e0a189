/* SPDX-License-Identifier: Apache-2.0 */
/* Carriers: links to operators' SMSCs. A password goes in and never comes out. */
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/admin.h"
#include "store/id.h"
#include "store/number.h"
#include "store/queue.h"

#include <stdlib.h>

enum { YES_NO_MAX = 3 };

static json_t *carrier_json(struct api *api, const struct carrier_row *row,
                            const struct carrier_settings *settings)
{
    const struct api_config *config = api_config_of(api);
    json_t *status = config->carrier_status ? config->carrier_status(config->ctx, row->id) : NULL;
    json_t *out = json_pack("{s:o, s:o, s:b}", "id", present_id(row->id), "name",
                            present_text(row->name), "enabled", row->enabled);
    json_t *shown = carrier_settings_json(settings, false);
    json_object_update(out, shown);
    json_decref(shown);
    json_object_set_new(out, "created_at", present_time(row->created_at_us));
    json_object_set_new(out, "status", status ? status : json_null());
    return out;
}

/* What waits in the store comes in besides: "10000+" is as far as it is counted. A store that does
 * not answer must not hide how the link is. */
static void add_waiting(struct api *api, struct http_request *request, json_t *status,
                        int64_t carrier_id)
{
    enum { COUNTED_MOST = 10000 };
    struct store_view view = api_view(api, request);
    struct queue_glance glance;
    if (!json_is_object(status))
        return;
    bool unknown = store_queue_glance(&glance, &view, carrier_id, COUNTED_MOST) != OK;
    bool more = !unknown && glance.waiting > COUNTED_MOST;
    json_object_set_new(status, "waiting",
                        unknown ? json_null() : json_integer(more ? COUNTED_MOST : glance.waiting));
    json_object_set_new(status, "waiting_more", json_boolean(more));
    json_object_set_new(status, "oldest_waiting_at",
                        unknown ? json_null() : present_time(glance.oldest_due_at_us));
}

/* The directory was read anew after the last change, so it shows the carriers as they are. */
static void reply_carrier(struct api *api, struct http_request *request, int status,
                          struct str name)
{
    const struct directory *d = core_directory(api_core(api));
    const struct directory_carrier *c = directory_carrier(d, name);
    if (c) {
        json_t *body = carrier_json(api, &c->row, &c->settings);
        add_waiting(api, request, json_object_get(body, "status"), c->row.id);
        api_reply_json(request, status, body);
    } else {
        api_reply_error(request, ERR_NOT_FOUND, "carrier",
                        STR("there is no carrier of this name: `navette carrier list` shows them"));
    }
    directory_release(d);
}

static void list_carriers(struct api *api, struct http_request *request, const struct str *segments)
{
    const struct directory *d = core_directory(api_core(api));
    json_t *items = json_array();
    for (size_t i = 0; i < d->carriers_n; i++)
        json_array_append_new(items,
                              carrier_json(api, &d->carriers[i].row, &d->carriers[i].settings));
    directory_release(d);
    present_list(request, items, 0);
}

static void show_carrier(struct api *api, struct http_request *request, const struct str *segments)
{
    reply_carrier(api, request, 200, segments[0]);
}

/* ---- changes ---- */

struct carrier_change {
    struct api_change base;
    bool has_enabled, enabled;
    const json_t *members; /* of the settings, as they came */
    bool with_numbers;
};

static json_t *as_it_was(struct api_change *c, const struct directory *d)
{
    const struct directory_carrier *row = directory_carrier(d, c->subject);
    json_t *out = row ? carrier_settings_json(&row->settings, false) : NULL;
    if (out)
        json_object_set_new(out, "enabled", json_boolean(row->row.enabled));
    return out;
}

static void answer_created(struct api_change *c)
{
    reply_carrier(c->api, c->request, 201, c->subject);
}

static void answer_carrier(struct api_change *c)
{
    reply_carrier(c->api, c->request, 200, c->subject);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static enum err check_login(const struct carrier_settings *s, struct refusal *why)
{
    if (s->system_id.n == 0)
        return refuse(why, ERR_MISSING, "system_id", STR("give the login of the bind"));
    return OK;
}

static struct str written(const struct carrier_settings *settings, struct arena *a)
{
    json_t *json = carrier_settings_json(settings, true);
    char *text = json_dumps(json, JSON_COMPACT);
    struct str kept = arena_str(a, str_of(text));
    free(text);
    json_decref(json);
    return kept;
}

/* A carrier alone is of no use: the first one gets a route for every number. */
static enum err insert(struct store_tx *tx, const struct carrier_row *row, bool first)
{
    enum err e = store_carrier_insert(tx, row);
    struct route everything = {.id = store_id_next(), .carrier_id = row->id};
    return e || !first ? e : store_route_insert(tx, &everything);
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct carrier_change *c = (struct carrier_change *)change;
    struct carrier_settings settings = {0};
    struct carrier_row *rows;
    size_t n;
    enum err e = carrier_settings_read(&settings, change->arena, c->members, true, &change->why);
    if (!e)
        e = store_carrier_list(&rows, &n, &tx->view);
    if (e)
        return e;
    struct carrier_row row = {.id = store_id_next(),
                              .name = c->base.subject,
                              .settings = written(&settings, tx->view.arena),
                              .enabled = !c->has_enabled || c->enabled};
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].name, row.name))
            return refuse(&change->why, ERR_EXISTS, "name",
                          STR("there is a carrier of this name: choose another one"));
    return insert(tx, &row, n == 0);
}

/* The body without what is no setting: the rest is carrier_settings' to judge. */
static const json_t *read_members(struct carrier_change *c, struct fields *f)
{
    c->has_enabled = fields_flag(f, "enabled", &c->enabled);
    json_object_del(f->body, "name");
    json_object_del(f->body, "enabled");
    return f->body;
}

static void add_carrier(struct api *api, struct http_request *request, const struct str *segments)
{
    struct carrier_change *c = ARENA_NEW(request->arena, struct carrier_change);
    struct carrier_settings settings = {0};
    struct fields f;
    struct refusal why;
    if (!fields_of_body(&f, request))
        return;
    if (!fields_text(&f, "name", ADMIN_NAME_MAX, &c->base.subject))
        fields_refuse(&f, ERR_MISSING, "name", STR("say how the carrier is called"));
    else if (admin_name_check(c->base.subject, "name", &why))
        fields_add(&f, &why);
    c->members = read_members(c, &f);
    if (carrier_settings_read(&settings, request->arena, c->members, true, &why) ||
        check_login(&settings, &why))
        fields_add(&f, &why);
    if (f.why.err) {
        api_reply_refusal(request, &f.why);
        return;
    }
    c->base.did = "carrier_added";
    c->base.was = as_it_was;
    api_change_post(&c->base, api, request, apply_add, answer_created);
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct carrier_change *c = (struct carrier_change *)change;
    struct arena *a = change->arena; /* what the refusal says outlives the transaction */
    struct carrier_settings settings = {0};
    struct carrier_row row;
    enum err e = admin_carrier_find(&row, &tx->view, c->base.subject, &change->why);
    if (e)
        return e;
    json_t *stored = json_loadb(row.settings.p, row.settings.n, 0, NULL);
    e = carrier_settings_read(&settings, a, stored, true, &change->why);
    json_decref(stored);
    if (!e)
        e = carrier_settings_read(&settings, a, c->members, false, &change->why);
    if (!e)
        e = check_login(&settings, &change->why);
    if (e)
        return e;
    row.settings = written(&settings, a);
    if (c->has_enabled)
        row.enabled = c->enabled;
    return store_carrier_update(tx, &row);
}

static void set_carrier(struct api *api, struct http_request *request, const struct str *segments)
{
    struct carrier_change *c = ARENA_NEW(request->arena, struct carrier_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    c->members = read_members(c, &f);
    if (f.why.err) {
        api_reply_refusal(request, &f.why);
        return;
    }
    c->base.did = "carrier_set";
    c->base.was = as_it_was;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_set, answer_carrier);
}

/* Numbers are rented: they go with it only when that was asked for. */
static enum err check_numbers(struct store_tx *tx, const struct carrier_row *row,
                              struct change *change)
{
    struct number *numbers;
    size_t all, n = 0;
    struct str first = {0};
    enum err e = store_number_list(&numbers, &all, &tx->view);
    for (size_t i = 0; i < all && !e; i++)
        if (numbers[i].carrier_id == row->id && !n++)
            first = numbers[i].digits;
    if (e || !n)
        return e;
    return refuse(&change->why, ERR_CONFLICT, "with_numbers",
                  arena_printf(change->arena,
                               "it brings %zu of our numbers (%.*s%s), which would go with it, as "
                               "would the conversations over them: insist with --with-numbers",
                               n, STR_FMT(first), n > 1 ? ", …" : ""));
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct carrier_change *c = (struct carrier_change *)change;
    struct carrier_row row;
    enum err e = admin_carrier_find(&row, &tx->view, c->base.subject, &change->why);
    if (e)
        return e;
    if (!c->with_numbers && (e = check_numbers(tx, &row, change)) != OK)
        return e;
    e = store_carrier_delete(tx, row.id);
    if (e == ERR_CONFLICT)
        return refuse(&change->why, e, "carrier",
                      STR("messages still wait for it or for its receipts: cancel them, or switch "
                          "it off with `navette carrier set NAME --enabled no` and remove it "
                          "later"));
    return e;
}

static void remove_carrier(struct api *api, struct http_request *request,
                           const struct str *segments)
{
    struct carrier_change *c = ARENA_NEW(request->arena, struct carrier_change);
    struct fields f;
    struct str insists;
    fields_of_query(&f, request);
    c->with_numbers =
        fields_text(&f, "with_numbers", YES_NO_MAX, &insists) && str_eq(insists, STR("yes"));
    if (!fields_end(&f))
        return;
    c->base.did = "carrier_removed";
    c->base.was = as_it_was;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route carrier_routes[] = {
    {HTTP_GET, "/api/v1/carriers", list_carriers, RIGHT_OPERATE},
    {HTTP_POST, "/api/v1/carriers", add_carrier, RIGHT_OPERATE},
    {HTTP_GET, "/api/v1/carriers/{name}", show_carrier, RIGHT_OPERATE},
    {HTTP_PATCH, "/api/v1/carriers/{name}", set_carrier, RIGHT_OPERATE},
    {HTTP_DELETE, "/api/v1/carriers/{name}", remove_carrier, RIGHT_OPERATE},
    {0},
};
