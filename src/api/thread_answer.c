/* SPDX-License-Identifier: Apache-2.0 */
/* An answer by hand: from the number of the conversation, whose window it moves. */
#include "api/actor.h"
#include "api/fields.h"
#include "api/once.h"
#include "api/present.h"
#include "api/send.h"
#include "api/thread.h"

#include <stdlib.h>

enum { TEXT_BYTES_MAX = 60000 };

struct answering {
    struct accept_job job; /* first: the letter that comes back is the request */
    struct http_request *request;
    struct api *api;
    struct accept_request accept;
    struct thread_state thread;
    struct str recipient;
    char digest[ONCE_DIGEST_SIZE];
};

static struct str cure_of(const char *why_not)
{
    static const struct {
        const char *why;
        struct str cure;
    } cures[] = {
        {"account_off", STR("the account is switched off: ask the platform's operator")},
        {"no_conversation", STR("there is no conversation with this phone yet: send it a message "
                                "with a reply number")},
        {"window_over",
         STR("the conversation is over: send a message with a reply number to open another")},
        {"carrier_off", STR("the carrier of this conversation is switched off")},
        {"number_gone", STR("the number of this conversation is no longer there")},
        {"quarantined", STR("the phone is in quarantine: it must not be written to")},
        {"no_credit", STR("the account has not enough credits: an operator adds some")},
    };
    for (size_t i = 0; i < sizeof(cures) / sizeof(cures[0]); i++)
        if (strcmp(cures[i].why, why_not) == 0)
            return cures[i].cure;
    return (struct str){0};
}

static void finish(struct answering *s)
{
    directory_release(s->accept.directory);
    s->accept.directory = NULL;
}

static void fail(struct answering *s, enum err e, const char *field, struct str detail)
{
    finish(s);
    api_reply_error(s->request, e, field, detail);
}

static void fail_cannot(struct answering *s, const char *why_not)
{
    enum err e = strcmp(why_not, "no_credit") == 0     ? ERR_NO_CREDIT
                 : strcmp(why_not, "quarantined") == 0 ? ERR_QUARANTINED
                                                       : ERR_CONFLICT;
    fail(s, e, NULL, cure_of(why_not));
}

/* Of a repeated key the id counts: the line is as it is by now. */
static void reply_line(struct answering *s, int64_t id)
{
    struct store_view view = api_view(s->api, s->request);
    json_t *line = NULL;
    enum err e =
        thread_line_json(&line, &view, s->accept.directory, (struct thread_line){.id = id});
    finish(s);
    if (!e && line)
        api_reply_json(s->request, 201, line);
    else
        api_reply_error(s->request, e ? e : ERR_NOT_FOUND, NULL,
                        STR("the answer is stored, but could not be read yet"));
}

static struct str answer_kept(const struct accept_job *job, struct arena *a)
{
    const struct answering *s = (const struct answering *)job;
    return arena_printf(a, "%s %lld", s->digest, (long long)job->messages[0].id);
}

static void reply_again(struct answering *s)
{
    struct str kept = s->job.answer;
    struct str digest;
    uint64_t id;
    if (str_split(&kept, ' ', &digest) && str_eq(digest, str_of(s->digest)) &&
        !str_to_u64(&id, kept))
        reply_line(s, (int64_t)id);
    else
        fail(s, ERR_CONFLICT, "Idempotency-Key",
             STR("this key stands for another request of the last 24 hours: use a new one"));
}

static void on_accepted(struct letter *letter)
{
    struct answering *s = (struct answering *)letter;
    enum err e = s->job.job.err;
    if (!e && s->job.repeated)
        reply_again(s);
    else if (!e)
        reply_line(s, s->job.messages[0].id);
    else if (e == ERR_CLOSED)
        fail_cannot(s, "window_over");
    else if (e == ERR_QUARANTINED)
        fail_cannot(s, "quarantined");
    else if (e == ERR_NO_CREDIT)
        fail_cannot(s, "no_credit");
    else
        fail(s, e, NULL, (struct str){0});
}

static void accept_now(struct answering *s)
{
    struct refusal why = {.err = OK};
    enum err e = accept_prepare(&s->job, s->request->arena, &s->accept, &why);
    if (e) {
        why = send_refusal(&why);
        fail(s, why.err, why.field, why.detail);
        return;
    }
    s->job.messages[0].conversation_id = s->thread.conversation.id;
    s->job.answer_of = answer_kept;
    if (accept_post(api_core(s->api), &s->job, api_mailbox(s->api), on_accepted))
        fail(s, ERR_BUSY, NULL, STR("too much is waiting to be written: try again in a second"));
}

static void answer_thread(struct api *api, struct http_request *request, const struct str *segments)
{
    struct answering *s = ARENA_NEW(request->arena, struct answering);
    struct accept_request *r = &s->accept;
    struct fields f;
    uint64_t phone;
    s->api = api;
    s->request = request;
    if (!fields_of_body(&f, request))
        return;
    if (!fields_text(&f, "text", TEXT_BYTES_MAX, &r->text))
        fields_refuse(&f, ERR_MISSING, "text", STR("say what the phone gets"));
    r->ref = once_read(&f, s->digest);
    if (!fields_end(&f) || !thread_phone(&phone, request, segments[1]))
        return;
    r->directory = core_directory(api_core(api));
    r->account = actor_account(request);
    struct store_view view = api_view(api, request);
    enum err e = thread_read(&s->thread, &view, r->directory, r->account, phone);
    if (e) {
        fail(s, e, NULL, (struct str){0});
        return;
    }
    if (s->thread.why_not && !r->ref.n) { /* a repeated key may have been in time */
        fail_cannot(s, s->thread.why_not);
        return;
    }
    send_asker(r, request);
    r->by_name = actor_of(request)->name;
    r->class = -1;
    r->no_stop = true;
    r->via = s->thread.carrier;
    r->sender = thread_sender(&s->thread);
    s->recipient = segments[1];
    r->recipients = &s->recipient;
    r->recipients_n = 1;
    if (r->via && r->sender.n)
        accept_now(s);
    else
        fail_cannot(s, s->thread.why_not ? s->thread.why_not : "number_gone");
}

const struct api_route thread_answer_routes[] = {
    {HTTP_POST, "/api/v1/accounts/{name}/threads/{phone}/messages", answer_thread, RIGHT_CHAT},
    {0},
};
