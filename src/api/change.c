/* SPDX-License-Identifier: Apache-2.0 */
#include "api/change.h"

#include "api/actor.h"
#include "base/log.h"

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
    c->answer(c);
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
    c->change.apply = apply;
    c->change.arena = request->arena;
    note_change(c);
    core_change(api_core(api), &c->change, api_mailbox(api), deliver);
}
