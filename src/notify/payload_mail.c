/* SPDX-License-Identifier: Apache-2.0 */
/* What e-mails say, in the notification's language. */
#include "base/clock.h"
#include "notify/payload_base.h"

struct words {
    const char *reply_subject, *reply;
};

static const struct words english = {
    .reply_subject = "Reply from %.*s",
    .reply = "From: %.*s\nTo: %.*s\nReceived: %.*s\nAccount: %.*s\n\n%.*s\n\n",
};
static const struct words french = {
    .reply_subject = "Réponse de %.*s",
    .reply = "De : %.*s\nÀ : %.*s\nReçu : %.*s\nCompte : %.*s\n\n%.*s\n\n",
};

static struct str reply_text(struct arena *a, const struct words *w, const json_t *event,
                             struct str at, bool is_french)
{
    int64_t message_id = payload_number(event, "message_id");
    struct str text = arena_printf(
        a, w->reply, STR_FMT(payload_text(event, "phone")), STR_FMT(payload_text(event, "number")),
        STR_FMT(at), STR_FMT(payload_text(event, "account")), STR_FMT(payload_text(event, "text")));
    if (!message_id)
        return text;
    return arena_printf(a, "%.*s-- \n%s %lld:\n%.*s\n", STR_FMT(text),
                        is_french ? "En réponse au message" : "In reply to message",
                        (long long)message_id, STR_FMT(payload_text(event, "question")));
}

enum err payload_mail(struct net_call *call, struct arena *a, const struct payload_for *what,
                      const json_t *event)
{
    if (!json_is_object(event))
        return ERR_MALFORMED;
    bool is_french = str_eq(payload_text(event, "language"), STR("fr"));
    const struct words *w = is_french ? &french : &english;
    struct str from = payload_text(event, "from");
    struct str at = payload_local(a, what, payload_number(event, "at"));
    struct net_mail *m = ARENA_NEW(a, struct net_mail);
    if (!from.n)
        from = str_of(what->mail_from);
    size_t domain = str_find(from, '@');
    *m = (struct net_mail){
        .from = arena_str(a, from).p,
        .to = arena_str(a, what->errand->target).p,
        .id = arena_printf(
                  a, "<%.*s@%.*s>", STR_FMT(payload_text(event, "id")),
                  STR_FMT(domain < from.n ? str_sub(from, domain + 1, from.n) : STR("localhost")))
                  .p,
        .at_us = what->now_us};
    switch (what->errand->kind) {
    case ERRAND_MAIL_REPLY:
        m->subject = arena_printf(a, w->reply_subject, STR_FMT(payload_text(event, "phone")));
        m->text = reply_text(a, w, event, at, is_french);
        break;
    case ERRAND_MAIL_PASSWORD:
    case ERRAND_MAIL_INVITE:
        payload_people(m, a, what->errand->kind, event);
        break;
    default:
        payload_account(m, a, what->errand->kind, event, at);
        break;
    }
    call->mail = m;
    return OK;
}
