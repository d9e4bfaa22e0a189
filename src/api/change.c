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

void api_change_post(struct api_change *c, struct api *api, struct http_request *request,
                     api_apply *apply, void (*answer)(struct api_change *change))
{
    c->api = api;
    c->request = request;
    c->answer = answer;
    c->change.apply = apply;
    c->change.arena = request->arena;
    core_change(api_core(api), &c->change, api_mailbox(api), deliver);
}
