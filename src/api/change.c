/* SPDX-License-Identifier: Apache-2.0 */
#include "api/change.h"

#include "api/actor.h"
#include "api/operation.h"
#include "base/log.h"
#include "store/id.h"
#include "store/revision.h"

#include <stdio.h>

static void deliver(struct letter *letter)
{
    struct api_change *c = (struct api_change *)letter;
    enum err e = c->change.job.err;
    if (e) {
        if (c->change.why.err == e)
            api_reply_refusal(c->request, &c->change.why);
        else
            api_reply_error(c->request, e, NULL, (struct str){0});
        return;
    }
    char safe[LOG_SAFE_SIZE];
    char who[LOG_SAFE_SIZE];
    log_info("admin_change", "who=%s did=%s subject=%s", log_safe(who, actor_of(c->request)->name),
             c->did, log_safe(safe, c->subject));
    struct store_view view = api_view(c->api, c->request);
    if (!c->change.no_reload && (e = core_directory_reload(api_core(c->api), &view)) != OK) {
        log_error("directory_not_read", "err=%s", err_name(e));
        api_reply_error(c->request, e, NULL,
                        STR("the change is stored, but the server could not read it yet: restart "
                            "it, or make any other change"));
        return;
    }
    if (c->is_edited)
        api_add_header(c->request, "ETag", api_edition_tag(c->request, c->edition));
    c->answer(c);
}

/* ---- editions ---- */

struct str api_edition_tag(struct http_request *request, int64_t edition)
{
    return arena_printf(request->arena, "\"%lld\"", (long long)edition);
}

/* RFC 9110, 13.1.1: a list of tags, or * for whatever is there. */
static bool is_seen(struct str list, int64_t edition)
{
    char tag[32];
    struct str each;
    snprintf(tag, sizeof(tag), "\"%lld\"", (long long)edition);
    while (str_split(&list, ',', &each))
        if (str_eq(str_trim(each), str_of(tag)) || str_eq(str_trim(each), STR("*")))
            return true;
    return false;
}

static enum err apply_edited(struct core *core, struct store_tx *tx, struct change *change)
{
    struct api_change *c = (struct api_change *)change;
    struct str path = c->request->path;
    int64_t edition;
    enum err e = c->seen.n ? store_revision_lock(&edition, tx, path) : OK;
    if (!e && c->seen.n && !is_seen(c->seen, edition))
        return refuse(&change->why, ERR_PRECONDITION, "If-Match",
                      STR("it was changed meanwhile: read it again, and change what is there now"));
    if (!e)
        e = c->apply(core, tx, change);
    c->edition = store_id_next();
    return e ? e : store_revision_put(tx, path, c->edition);
}

/* What is done to messages is told as what becomes of them. */
static void note_change(struct api_change *c)
{
    static const struct str accounts = STR("/api/v1/accounts/");
    struct str path = c->request->path;
    if (str_starts(str_of(c->did), STR("message_")))
        return;
    struct feed_note note = {.kind = FEED_CHANGE, .word = str_of(c->did), .subject = c->subject};
    if (str_starts(path, accounts)) {
        struct str name = str_sub(path, accounts.n, path.n);
        const struct directory *d = core_directory(api_core(c->api));
        const struct account *a = directory_account(d, str_sub(name, 0, str_find(name, '/')));
        note.account_id = a ? a->id : 0;
        directory_release(d);
    }
    c->change.note = note;
}

void api_change_post(struct api_change *c, struct api *api, struct http_request *request,
                     api_apply *apply, void (*answer)(struct api_change *change))
{
    c->api = api;
    c->request = request;
    c->answer = answer;
    c->is_edited = request->described && operation_is_edited(request->described);
    c->seen = c->is_edited ? http_header(request, "If-Match") : (struct str){0};
    c->apply = apply;
    c->change.apply = c->is_edited ? apply_edited : apply;
    c->change.arena = request->arena;
    note_change(c);
    core_change(api_core(api), &c->change, api_mailbox(api), deliver);
}
