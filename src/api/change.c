/* SPDX-License-Identifier: Apache-2.0 */
#include "api/change.h"

#include "api/actor.h"
#include "api/changes.h"
#include "api/operation.h"
#include "base/log.h"
#include "store/audit.h"
#include "store/id.h"
#include "store/revision.h"

#include <stdio.h>

/* Of db_lock: one change at a time, on all nodes. A change reads a row and then writes it whole;
 * what another node wrote in between would be undone. It is the first lock of its transaction, so
 * nobody who waits for it holds another. */
#define CHANGE_KEY INT64_C(0x6368616e6765)

/* Who signs in or comes by a link is nobody yet: then it is whom the change is about. */
static struct str who_of(const struct api_change *c)
{
    const struct actor *a = actor_of(c->request);
    return a->kind == ACTOR_NOBODY ? c->subject : a->name;
}

static void deliver(struct letter *letter)
{
    struct api_change *c = (struct api_change *)letter;
    enum err e = c->change.job.err;
    if (e) {
        if (e == ERR_PRECONDITION)
            api_add_header(c->request, "ETag", api_edition_tag(c->request, c->edition));
        if (c->change.why.err == e)
            api_reply_refusal(c->request, &c->change.why);
        else
            api_reply_error(c->request, e, NULL, (struct str){0});
        return;
    }
    char safe[LOG_SAFE_SIZE];
    char who[LOG_SAFE_SIZE];
    if (!c->silent)
        log_info("admin_change", "who=%s did=%s subject=%s", log_safe(who, who_of(c)), c->did,
                 log_safe(safe, c->subject));
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

/* Whoever saw another edition changes nothing. */
static enum err hold_edition(struct api_change *c, struct store_tx *tx)
{
    if (!c->seen.n)
        return OK;
    enum err e = store_revision_lock(&c->edition, tx, c->request->path);
    if (e || is_seen(c->seen, c->edition))
        return e;
    return refuse(&c->change.why, ERR_PRECONDITION, "If-Match",
                  STR("it was changed meanwhile: read it again, and change what is there now"));
}

static enum err make_edition(struct api_change *c, struct store_tx *tx)
{
    if (!c->is_edited)
        return OK;
    c->edition = store_id_next();
    return store_revision_put(tx, c->request->path, c->edition);
}

/* ---- the audit ---- */

static enum audit_kind kind_of(const struct actor *a)
{
    return a->kind == ACTOR_SOCKET ? AUDIT_COMMAND_LINE
           : a->kind == ACTOR_KEY  ? AUDIT_KEY
                                   : AUDIT_MEMBER;
}

/* The account that path or body names; of an account itself its own name. */
static struct str account_of(const struct api_change *c)
{
    const struct account *account = actor_account(c->request);
    if (account)
        return account->name;
    if (str_starts(str_of(c->did), STR("account_")))
        return c->subject;
    return str_of(json_string_value(json_object_get(c->request->json, "account")));
}

static enum err write_audit(struct api_change *c, struct store_tx *tx, const json_t *before,
                            const json_t *after)
{
    const struct actor *actor = actor_of(c->request);
    struct audit row = {.kind = kind_of(actor),
                        .who = who_of(c),
                        .account_id = c->account_id,
                        .account = account_of(c),
                        .what = str_of(c->did),
                        .subject = c->subject,
                        .changes = changes_text(tx->view.arena, before, after, c->request->json),
                        .from_address = actor->from_address};
    return store_audit_insert(tx, &row);
}

static json_t *as_it_was(struct api_change *c, struct store_view *view)
{
    if (c->show)
        return c->show(c, view);
    if (!c->was)
        return NULL;
    const struct directory *d = core_directory(api_core(c->api));
    json_t *was = c->was(c, d);
    directory_release(d);
    return was;
}

static enum err apply_and_tell(struct core *core, struct store_tx *tx, struct change *change)
{
    struct api_change *c = (struct api_change *)change;
    if (c->silent)
        return c->apply(core, tx, change);
    enum err e = db_lock(tx->view.db, CHANGE_KEY);
    if (!e)
        e = hold_edition(c, tx);
    if (e)
        return e;
    json_t *before = as_it_was(c, &tx->view);
    e = c->apply(core, tx, change);
    json_t *after = !e && c->show ? c->show(c, &tx->view) : NULL;
    if (!e)
        e = write_audit(c, tx, before, after);
    json_decref(before);
    json_decref(after);
    return e ? e : make_edition(c, tx);
}

/* What is done to messages is told as what becomes of them. */
static void note_change(struct api_change *c)
{
    if (c->silent || str_starts(str_of(c->did), STR("message_")))
        return;
    struct feed_note note = {.kind = FEED_CHANGE, .word = str_of(c->did), .subject = c->subject};
    const struct account *account = actor_account(c->request);
    note.account_id = account ? account->id : 0;
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
    c->change.apply = apply_and_tell;
    c->change.arena = request->arena;
    note_change(c);
    core_change(api_core(api), &c->change, api_mailbox(api), deliver);
}
