/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: what was accepted and what became of it; taking one back; settling one in doubt. */
#include "api/actor.h"
#include "api/change.h"
#include "api/fields.h"
#include "api/message_json.h"
#include "api/present.h"
#include "core/accept.h"
#include "core/admin_message.h"

enum { STATE_MAX = 16 };

/* As if it were not there for who has none of these rights on its account: rights on another one
 * have opened the path. */
static void reply_message(struct api *api, struct http_request *request, int64_t id, unsigned needs)
{
    struct store_view view = api_view(api, request);
    struct message m;
    json_t *json = NULL;
    enum err e = store_message_get(&m, &view, id);
    if (!e && !actor_may(actor_of(request), m.account_id, needs))
        e = ERR_NOT_FOUND;
    if (!e) {
        const struct directory *d = core_directory(api_core(api));
        e = message_json(&json, &view, &m, d);
        directory_release(d);
    }
    if (!e)
        api_reply_json(request, 200, json);
    else if (e == ERR_NOT_FOUND)
        api_reply_error(request, e, "id", STR("there is no message of this id"));
    else
        api_reply_error(request, e, NULL, (struct str){0});
}

static void show_message(struct api *api, struct http_request *request, const struct str *segments)
{
    int64_t id;
    if (fields_id(&id, request, segments[0], "message"))
        reply_message(api, request, id, RIGHT_VIEW);
}

/* ---- changes ---- */

static enum err no_message(struct refusal *why)
{
    return refuse(why, ERR_NOT_FOUND, "id", STR("there is no message of this id"));
}

struct message_change {
    struct api_change base;
    int64_t id;
    bool resend;
};

static json_t *show_change(struct api_change *c, struct store_view *view)
{
    struct message m;
    return store_message_get(&m, view, ((struct message_change *)c)->id)
               ? NULL
               : json_pack("{s:s}", "state", message_state_name(m.state));
}

static void answer_message(struct api_change *c)
{
    reply_message(c->api, c->request, ((struct message_change *)c)->id, RIGHT_SEND);
}

static struct message_change *change_of(struct http_request *request, struct str segment,
                                        const char *did)
{
    struct message_change *c = ARENA_NEW(request->arena, struct message_change);
    if (!fields_id(&c->id, request, segment, "message"))
        return NULL;
    c->base.did = did;
    c->base.show = show_change;
    c->base.subject = segment;
    c->base.change.no_reload = true;
    return c;
}

/* What the audit tells of it stands under its account. */
static enum err find_message(struct message_change *c, struct store_tx *tx, unsigned needs)
{
    struct message m;
    enum err e = store_message_get(&m, &tx->view, c->id);
    if (e == ERR_NOT_FOUND || (!e && !actor_may(actor_of(c->base.request), m.account_id, needs)))
        return no_message(&c->base.change.why);
    c->base.account_id = e ? 0 : m.account_id;
    return e;
}

static enum err apply_cancel(struct core *core, struct store_tx *tx, struct change *change)
{
    struct message_change *c = (struct message_change *)change;
    enum err e = find_message(c, tx, RIGHT_SEND);
    return e ? e : admin_message_cancel(tx, c->id, &change->why);
}

static void cancel_message(struct api *api, struct http_request *request,
                           const struct str *segments)
{
    struct message_change *c = change_of(request, segments[0], "message_cancelled");
    if (c)
        api_change_post(&c->base, api, request, apply_cancel, answer_message);
}

static enum err apply_resolve(struct core *core, struct store_tx *tx, struct change *change)
{
    struct message_change *c = (struct message_change *)change;
    enum err e = find_message(c, tx, RIGHT_OPERATE);
    return e ? e : admin_message_resolve(core, tx, c->id, c->resend, &change->why);
}

static void resolve_message(struct api *api, struct http_request *request,
                            const struct str *segments)
{
    struct message_change *c = change_of(request, segments[0], "message_resolved");
    struct str action = {0};
    struct fields f;
    if (!c || !fields_of_body(&f, request))
        return;
    fields_text(&f, "action", STATE_MAX, &action);
    c->resend = str_eq(action, STR("resend"));
    if (!c->resend && !str_eq(action, STR("give_up")))
        fields_refuse(&f, action.n ? ERR_INVALID : ERR_MISSING, "action",
                      STR("write resend (the phone may get it twice) or give_up"));
    if (fields_end(&f))
        api_change_post(&c->base, api, request, apply_resolve, answer_message);
}

const struct api_route message_routes[] = {
    {HTTP_GET, "/api/v1/messages/{id}", show_message, RIGHT_VIEW},
    {HTTP_POST, "/api/v1/messages/{id}/cancel", cancel_message, RIGHT_SEND},
    {HTTP_POST, "/api/v1/messages/{id}/resolve", resolve_message, RIGHT_OPERATE},
    {0},
};
