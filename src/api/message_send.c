/* SPDX-License-Identifier: Apache-2.0 */
/* Sending: the request is decided on the picture of now, written by the writer, and answered after
 * the commit. */
#include "api/once.h"
#include "api/present.h"
#include "api/send.h"
#include "base/clock.h"
#include "text/phone.h"

#include <stdlib.h>

struct sending {
    struct accept_job job; /* first: the letter that comes back is the request */
    struct api *api;
    struct http_request *request;
    struct accept_request accept;
    char digest[ONCE_DIGEST_SIZE]; /* of the request, kept with its answer */
};

/* ---- the answer ---- */

static json_t *item_json(const struct message *m, int64_t now_us)
{
    char to[PHONE_SIZE];
    return json_pack("{s:o, s:o, s:o, s:I, s:o, s:s, s:o}", "id", present_id(m->id), "to",
                     present_text(phone_format(to, m->recipient)), "from", present_text(m->sender),
                     "parts", (json_int_t)m->parts, "credits", present_credits(m->credits), "state",
                     message_state_name(m->state), "at",
                     m->due_at_us > now_us ? present_time(m->due_at_us) : json_null());
}

static json_t *answer_json(const struct accept_job *job)
{
    int64_t now_us = clock_now_us();
    json_t *items = json_array();
    for (size_t i = 0; i < job->messages_n; i++)
        json_array_append_new(items, item_json(&job->messages[i], now_us));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "items", items, "refused",
                     send_refused_json(job), "doubles", send_doubles_json(job), "credits",
                     present_credits(job->cost), "credits_left", present_credits(job->credits_left),
                     "from", send_from_json(job->request), "at",
                     present_time(send_leaves_us(job, now_us)));
}

/* What a repeated key gives back: the digest, a blank, the answer. On the writer's thread. */
static struct str answer_kept(const struct accept_job *job, struct arena *a)
{
    const struct sending *s = (const struct sending *)job;
    json_t *json = answer_json(job);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (!text)
        base_out_of_memory();
    struct str kept = arena_printf(a, "%s %s", s->digest, text);
    free(text);
    return kept;
}

static void finish(struct sending *s)
{
    directory_release(s->accept.directory);
    s->accept.directory = NULL;
}

static void fail(struct sending *s, enum err e, const char *field, struct str detail)
{
    finish(s);
    api_reply_error(s->request, e, field, detail);
}

static void reply_again(struct sending *s)
{
    static const char *const headers[] = {"Idempotent-Replayed", "true", NULL};
    struct str kept = s->job.answer;
    struct str digest;
    if (!str_split(&kept, ' ', &digest) || !str_eq(digest, str_of(s->digest))) {
        fail(s, ERR_CONFLICT, "Idempotency-Key",
             STR("this key stands for another request of the last 24 hours: use a new one"));
        return;
    }
    finish(s);
    http_reply_headers(s->request, 201, "application/json; charset=utf-8", kept, headers);
}

static struct str why_not(enum err e)
{
    switch (e) {
    case ERR_NO_CREDIT:
        return STR("the account has not enough credits: nothing was sent, an operator adds some");
    case ERR_NO_NUMBER:
        return STR("every reply number is in an open conversation with this phone: wait until one "
                   "is over, or send from a name");
    case ERR_QUARANTINED:
        return STR("every recipient is in quarantine: they must not be written to");
    case ERR_BAD_DATE:
        return STR("is in the past");
    case ERR_UNAUTHORIZED:
        return STR("the account went away meanwhile");
    case ERR_DOUBT:
        return STR("perhaps it was taken: only the same Idempotency-Key is safe to repeat");
    default:
        return (struct str){0};
    }
}

static const char *field_of(enum err e)
{
    return e == ERR_NO_NUMBER || e == ERR_QUARANTINED ? "to" : e == ERR_BAD_DATE ? "at" : NULL;
}

static void on_accepted(struct letter *letter)
{
    struct sending *s = (struct sending *)letter;
    enum err e = s->job.job.err;
    if (e == ERR_UNAUTHORIZED) {
        fail(s, ERR_NOT_FOUND, "account", why_not(e));
    } else if (e) {
        fail(s, e, field_of(e), why_not(e));
    } else if (s->job.repeated) {
        reply_again(s);
    } else {
        json_t *json = answer_json(&s->job);
        finish(s);
        api_reply_json(s->request, 201, json);
    }
}

/* ---- the request ---- */

static void send_messages(struct api *api, struct http_request *request, const struct str *segments)
{
    struct sending *s = ARENA_NEW(request->arena, struct sending);
    struct fields f;
    struct refusal why = {.err = OK};
    s->api = api;
    s->request = request;
    if (!fields_of_body(&f, request))
        return;
    send_read(&f, api, &s->accept);
    send_asker(&s->accept, request);
    s->accept.ref = once_read(&f, s->digest);
    if (!s->accept.recipients_n)
        fields_refuse(&f, ERR_MISSING, "to", STR("say to whom: an array of phone numbers"));
    if (!s->accept.sender.n && !s->accept.with_reply)
        fields_refuse(&f, ERR_MISSING, "from",
                      STR("say from which sender, or ask for replies with with_replies"));
    if (!fields_end(&f)) {
        finish(s);
        return;
    }
    if (accept_prepare(&s->job, request->arena, &s->accept, &why)) {
        why = send_refusal(&why);
        fail(s, why.err, why.field, why.detail);
        return;
    }
    s->job.answer_of = answer_kept;
    if (accept_post(api_core(api), &s->job, api_mailbox(api), on_accepted))
        fail(s, ERR_BUSY, NULL, STR("too much is waiting to be written: try again in a second"));
}

const struct api_route message_send_routes[] = {
    {HTTP_POST, "/api/v1/messages", send_messages, RIGHT_SEND},
    {0},
};
