/* SPDX-License-Identifier: Apache-2.0 */
#include "api/send.h"

#include "api/actor.h"
#include "api/present.h"
#include "base/clock.h"
#include "text/date.h"
#include "text/phone.h"

enum {
    SENDER_MAX = 32,
    TEXT_BYTES_MAX = 60000, /* the body's own limit is near */
    TIME_MAX = 40,
    WORD_MAX = 16,
    VALIDITY_LEAST_S = 60,
    VALIDITY_MOST_S = 14 * 24 * 3600
};

/* ---- reading ---- */

static void read_word(struct fields *f, const char *name, const char *const *words, int first,
                      int *out, const char *cure)
{
    struct str word;
    if (!fields_text(f, name, WORD_MAX, &word))
        return;
    for (int i = 0; words[i]; i++)
        if (str_eq(word, str_of(words[i]))) {
            *out = first + i;
            return;
        }
    fields_refuse(f, ERR_INVALID, name, str_of(cure));
}

/* A time with its zone, or of the account's clock. */
static void read_at(struct fields *f, struct accept_request *r)
{
    struct str word;
    struct date_local local;
    if (!fields_text_or_null(f, "at", TIME_MAX, &word) || !word.n)
        return;
    enum err e = date_parse_iso(&r->due_at_us, word);
    if (e && r->account && !date_parse_iso_local(&local, word))
        e = date_to_utc_us(&r->due_at_us, local, r->account->timezone);
    if (!e && r->due_at_us <= 0) /* 0 means now: a date of 1970 must not */
        e = ERR_BAD_DATE;
    if (!e)
        return;
    r->due_at_us = 0;
    fields_refuse(f, ERR_BAD_DATE, "at",
                  STR("write a time such as 2026-11-29T10:00:00Z, or 2026-11-29T10:00 by the "
                      "account's clock"));
}

static void read_account(struct fields *f, struct api *api, struct accept_request *r)
{
    int64_t account_id;
    actor_scope(f, api, RIGHT_SEND, &account_id);
    r->directory = core_directory(api_core(api));
    r->account = account_id ? directory_account_by_id(r->directory, account_id) : NULL;
    if (!r->account)
        fields_refuse(f, ERR_MISSING, "account", STR("say which account sends"));
    else if (!r->account->enabled)
        fields_refuse(f, ERR_FORBIDDEN, "account",
                      STR("the account is switched off: ask the platform's operator"));
}

/* An empty name asks for a reply number, as with http2sms it does. */
static void read_sender(struct fields *f, struct accept_request *r)
{
    fields_text_or_null(f, "from", SENDER_MAX, &r->sender);
    fields_flag(f, "with_replies", &r->with_reply);
    if (r->with_reply && r->sender.n && !str_eq(r->sender, REPLY_SENDER))
        fields_refuse(f, ERR_INVALID, "with_replies",
                      STR("leave out from, or with_replies: what a name sends can be answered "
                          "where XXXXX stands in the text"));
}

static void read_text(struct fields *f, struct accept_request *r)
{
    bool replace = false;
    fields_text_or_null(f, "text", TEXT_BYTES_MAX, &r->text);
    fields_flag(f, "replace", &replace);
    if (replace && r->text.n && text_replace(&r->text, f->request->arena, r->text))
        fields_refuse(f, ERR_BAD_UTF8, "text", (struct str){0});
}

void send_read(struct fields *f, struct api *api, struct accept_request *r)
{
    static const char *const classes[] = {"standard", "flash", "phone", "sim", "equipment", NULL};
    static const char *const encodings[] = {"auto", "gsm7", "ucs2", NULL};
    int coding = TEXT_CHOOSE;
    int64_t validity_s = 0;
    bool marketing = true;
    *r = (struct accept_request){.class = -1};
    read_account(f, api, r);
    read_sender(f, r);
    fields_texts_upto(f, "to", ACCEPT_RECIPIENTS_MAX, &r->recipients, &r->recipients_n);
    read_text(f, r);
    read_word(f, "class", classes, -1, &r->class, "write standard, flash, phone, sim or equipment");
    read_word(f, "encoding", encodings, TEXT_CHOOSE, &coding, "write auto, gsm7 or ucs2");
    fields_flag(f, "marketing", &marketing);
    read_at(f, r);
    fields_text_or_null(f, "tag", ACCEPT_TAG_MAX * 4, &r->tag);
    fields_number(f, "validity_s", VALIDITY_LEAST_S, VALIDITY_MOST_S, &validity_s);
    r->coding = (enum text_choice)coding;
    r->no_stop = !marketing;
    r->validity_us = validity_s * SEC_US;
}

void send_asker(struct accept_request *r, const struct http_request *request)
{
    static const enum message_asker kinds[] = {[ACTOR_NOBODY] = ASKER_USER,
                                               [ACTOR_SOCKET] = ASKER_COMMAND_LINE,
                                               [ACTOR_MEMBER] = ASKER_MEMBER,
                                               [ACTOR_KEY] = ASKER_KEY};
    const struct actor *actor = actor_of(request);
    r->by_kind = kinds[actor->kind];
    r->by_id = actor->id;
}

/* ---- answering ---- */

struct refusal send_refusal(const struct refusal *why)
{
    static const char *const names[][2] = {
        {"sender", "from"}, {"reply", "with_replies"}, {"recipients", "to"},
        {"due", "at"},      {"coding", "encoding"},    {"ref", "Idempotency-Key"},
    };
    struct refusal said = *why;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && why->field; i++)
        if (strcmp(why->field, names[i][0]) == 0)
            said.field = names[i][1];
    if (said.err == ERR_BAD_SENDER)
        said.detail = STR("it is no enabled sender of this account: choose one of "
                          "/api/v1/accounts/{name}/sender-choices");
    return said;
}

json_t *send_from_json(const struct accept_request *r)
{
    const struct number *number =
        sender_is_number(r->sender) ? directory_virtual(r->directory, r->sender) : NULL;
    bool is_reply = reply_is_asked(r);
    if (!is_reply && !r->sender.n)
        return json_null();
    return json_pack("{s:s, s:o}", "kind",
                     is_reply                      ? "reply"
                     : number                      ? "virtual"
                     : sender_is_number(r->sender) ? "numeric"
                                                   : "name",
                     "name", is_reply ? json_null() : present_text(r->sender));
}

static const char *why_left_out(enum err e)
{
    switch (e) {
    case ERR_BAD_NUMBER:
        return "no valid phone number: write it in international form, such as +33612345678";
    case ERR_FORBIDDEN:
        return "two-way is not switched on for phones of this country";
    case ERR_NO_ROUTE:
        return "no carrier serves this number";
    default:
        return err_text(e);
    }
}

static void add_refused(json_t *list, struct str to, enum err e)
{
    char code[32];
    size_t n = 0;
    for (const char *c = err_name(e); *c && n + 1 < sizeof(code); c++)
        code[n++] = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    code[n] = 0;
    json_array_append_new(list, json_pack("{s:o, s:s, s:s}", "to", present_text(to), "code", code,
                                          "detail", why_left_out(e)));
}

json_t *send_refused_json(const struct accept_job *job)
{
    json_t *list = json_array();
    for (size_t i = 0; i < job->invalid_n; i++)
        add_refused(list, job->invalid[i], job->invalid_why[i]);
    for (size_t i = 0; i < job->refused_n; i++) {
        char text[PHONE_SIZE];
        add_refused(list, phone_format(text, job->messages[job->messages_n + i].recipient),
                    ERR_QUARANTINED);
    }
    return list;
}

json_t *send_doubles_json(const struct accept_job *job)
{
    json_t *list = json_array();
    for (size_t i = 0; i < job->doubled_n; i++)
        json_array_append_new(list, present_text(job->doubled[i]));
    return list;
}

int64_t send_leaves_us(const struct accept_job *job, int64_t now_us)
{
    int64_t first = 0;
    for (size_t i = 0; i < job->messages_n; i++) {
        int64_t due = job->messages[i].due_at_us;
        if (due <= now_us)
            return 0;
        if (!first || due < first)
            first = due;
    }
    return first;
}
