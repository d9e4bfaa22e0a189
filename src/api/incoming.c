/* SPDX-License-Identifier: Apache-2.0 */
/* Incoming messages, as stored. */
#include "store/incoming.h"

#include "api/actor.h"
#include "api/present.h"

static const char *const standing_names[] = {[STANDING_NONE] = "none",
                                             [STANDING_IN_TIME] = "in_time",
                                             [STANDING_LATE] = "late",
                                             [STANDING_NOT_COVERED] = "not_covered"};

static json_t *incoming_json(const struct incoming *i, const struct directory *d)
{
    const struct account *account =
        i->account_id ? directory_account_by_id(d, i->account_id) : NULL;
    const struct directory_carrier *carrier = directory_carrier_by_id(d, i->carrier_id);
    json_t *json = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "id", present_id(i->id),
        "account", account ? present_text(account->name) : json_null(), "carrier",
        carrier ? present_text(carrier->row.name) : json_null(), "sender", present_text(i->sender),
        "number", present_text(i->number), "text", i->kept ? present_text(i->text) : json_null(),
        "class", i->class < 0 ? json_null() : json_integer(i->class), "received_at",
        present_time(i->received_at_us), "parts", (json_int_t)i->parts, "missing",
        (json_int_t)i->missing, "message_id", present_id(i->message_id), "conversation_id",
        present_id(i->conversation_id));
    json_t *rest =
        json_pack("{s:s, s:o, s:o, s:o, s:o}", "standing", standing_names[i->standing], "started",
                  present_text(i->started), "credits", present_credits(i->credits), "release_at",
                  present_time(i->release_at_us), "released_at", present_time(i->released_at_us));
    json_object_update(json, rest);
    json_decref(rest);
    return json;
}

static void list_incoming(struct api *api, struct http_request *request, const struct str *segments)
{
    const struct directory *d = core_directory(api_core(api));
    struct fields f;
    int64_t account_id;
    int64_t before_id;
    size_t limit;
    fields_of_query(&f, request);
    actor_scope(&f, api, RIGHT_VIEW, &account_id);
    fields_page(&f, &before_id, &limit);
    if (!fields_end(&f))
        goto out;
    struct store_view view = api_view(api, request);
    struct incoming *rows;
    size_t n;
    enum err e = store_incoming_list(&rows, &n, &view, account_id, before_id, limit);
    if (e) {
        api_reply_error(request, e, NULL, (struct str){0});
        goto out;
    }
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(items, incoming_json(&rows[i], d));
    present_list(request, items, n == limit ? rows[n - 1].id : 0);
out:
    directory_release(d);
}

static void show_incoming(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    struct incoming row;
    int64_t id;
    if (!fields_id(&id, request, segments[0], "incoming message"))
        return;
    enum err e = store_incoming_get(&row, &view, id);
    if (!e && !actor_may(actor_of(request), row.account_id, RIGHT_VIEW))
        e = ERR_NOT_FOUND;
    if (e) {
        api_reply_error(request, e, e == ERR_NOT_FOUND ? "id" : NULL,
                        e == ERR_NOT_FOUND ? STR("there is no incoming message of this id")
                                           : (struct str){0});
        return;
    }
    const struct directory *d = core_directory(api_core(api));
    api_reply_json(request, 200, incoming_json(&row, d));
    directory_release(d);
}

const struct api_route incoming_routes[] = {
    {HTTP_GET, "/api/v1/incoming", list_incoming, RIGHT_VIEW},
    {HTTP_GET, "/api/v1/incoming/{id}", show_incoming, RIGHT_VIEW},
    {0},
};
