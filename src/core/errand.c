/* SPDX-License-Identifier: Apache-2.0 */
/* Errands of replies, STOPs and accounts, made in the commit that stores their cause. */
#include "core/errand.h"

#include "base/buf.h"
#include "base/clock.h"
#include "core/core_base.h"
#include "store/id.h"
#include "store/member.h"

enum { ERRANDS_AT_ONCE = 64, EVENT_MOST = 1024 * 1024 };

/* At most ERRANDS_AT_ONCE of one cause. */
struct batch {
    struct core *core;
    struct store_tx *tx;
    struct errand rows[ERRANDS_AT_ONCE];
    size_t n;
};

static void add(struct batch *b, const struct errand *like, struct str target, struct buf *body)
{
    if (b->n < ERRANDS_AT_ONCE && !body->err) {
        struct errand *e = &b->rows[b->n++];
        *e = *like;
        e->target = arena_str(b->tx->view.arena, target);
        e->body = arena_str(b->tx->view.arena, buf_str(body));
        e->events = 1;
    }
    buf_free(body);
}

static void add_event(struct batch *b, enum errand_kind kind, enum callback_profile profile,
                      const char *name, struct str url, const struct incoming *in,
                      const struct message *question)
{
    struct errand like = {
        .account_id = in->account_id, .kind = kind, .profile = profile, .keep = in->kept};
    struct buf body = buf_limited(EVENT_MOST);
    errand_event_incoming(&body, name, in, question);
    add(b, &like, url, &body);
}

static enum err give(struct batch *b)
{
    return errand_give(b->core, b->tx, b->rows, b->n);
}

/* ---- replies ---- */

static void text_member(struct buf *b, const char *name, struct str value)
{
    buf_printf(b, ",\"%s\":", name);
    errand_event_text(b, value);
}

static void add_mail(struct batch *b, const struct notification *to, struct str account,
                     const struct incoming *in, const struct message *question)
{
    struct errand like = {.account_id = in->account_id,
                          .kind = ERRAND_MAIL_REPLY,
                          .profile = PROFILE_NAVETTE,
                          .keep = in->kept};
    struct buf body = buf_limited(EVENT_MOST);
    buf_printf(&body, "{\"id\":\"mail_%lld_%lld\",\"message_id\":%lld,\"at\":%lld",
               (long long)in->id, (long long)to->id, (long long)question->id,
               (long long)in->received_at_us);
    text_member(&body, "from", to->sender);
    text_member(&body, "language", to->language);
    text_member(&body, "account", account);
    text_member(&body, "phone", in->sender);
    text_member(&body, "number", in->number);
    text_member(&body, "text", in->text);
    text_member(&body, "question", question->text);
    buf_add_u8(&body, '}');
    add(b, &like, to->target, &body);
}

static struct str account_name(const struct directory *d, int64_t account_id)
{
    const struct account *a = directory_account_by_id(d, account_id);
    return a ? a->name : STR("");
}

enum err errand_reply(struct core *c, struct store_tx *tx, const struct incoming *in,
                      const struct message *question)
{
    struct batch b = {.core = c, .tx = tx};
    size_t n;
    if (!in->account_id)
        return OK;
    const struct directory *d = core_directory(c);
    const struct callback_setting *s = directory_callback(d, in->account_id);
    const struct notification *to = directory_notifications(&n, d, in->account_id);
    if (s && s->replies_url.n)
        add_event(&b, ERRAND_REPLY, s->profile, "reply", s->replies_url, in, question);
    for (size_t i = 0; i < n; i++)
        if (to[i].kind == NOTIFICATION_EMAIL)
            add_mail(&b, &to[i], account_name(d, in->account_id), in, question);
    directory_release(d);
    return give(&b);
}

enum err errand_stop(struct core *c, struct store_tx *tx, const struct incoming *in,
                     const struct message *question)
{
    struct batch b = {.core = c, .tx = tx};
    if (!in->account_id)
        return OK;
    const struct directory *d = core_directory(c);
    const struct callback_setting *s = directory_callback(d, in->account_id);
    const struct api_user *user =
        question->user_id ? directory_user_by_id(d, question->user_id) : NULL;
    struct str url = user && user->stops_url.n ? user->stops_url : s ? s->stops_url : STR("");
    if (url.n)
        add_event(&b, ERRAND_STOP, s ? s->profile : PROFILE_OVH, "stop", url, in, question);
    directory_release(d);
    return give(&b);
}

enum err errand_cgi(struct core *c, struct store_tx *tx, const struct incoming *in,
                    const struct message *question, struct str url)
{
    struct batch b = {.core = c, .tx = tx};
    if (!in->account_id || !url.n)
        return OK;
    add_event(&b, ERRAND_CGI, PROFILE_OVH, "cgi", url, in, question);
    return give(&b);
}

/* ---- accounts ---- */

static enum err told_today(bool *told, struct store_tx *tx, int64_t account_id)
{
    struct str name = arena_printf(tx->view.arena, "no_credit_%lld", (long long)account_id);
    int64_t at_us;
    enum err e = store_setting_get(&at_us, &tx->view, name);
    *told = !e && tx->now_us - at_us < DAY_US;
    return e || *told ? e : store_setting_set(tx, name, tx->now_us);
}

enum err errand_no_credit(struct core *c, struct store_tx *tx, int64_t account_id)
{
    struct batch b = {.core = c, .tx = tx};
    struct errand like = {.account_id = account_id,
                          .kind = ERRAND_MAIL_CREDIT,
                          .profile = PROFILE_NAVETTE,
                          .keep = true};
    size_t n;
    bool told = false;
    const struct directory *d = core_directory(c);
    const struct notification *to = directory_notifications(&n, d, account_id);
    enum err e = n ? told_today(&told, tx, account_id) : OK;
    for (size_t i = 0; i < n && !e && !told; i++) {
        if (to[i].kind != NOTIFICATION_EMAIL)
            continue;
        struct buf body = buf_limited(EVENT_MOST);
        buf_printf(&body, "{\"id\":\"credit_%lld_%lld\",\"at\":%lld", (long long)to[i].id,
                   (long long)tx->now_us, (long long)tx->now_us);
        text_member(&body, "from", to[i].sender);
        text_member(&body, "language", to[i].language);
        text_member(&body, "account", account_name(d, account_id));
        buf_add_u8(&body, '}');
        add(&b, &like, to[i].target, &body);
    }
    directory_release(d);
    return e ? e : give(&b);
}

/* To an address of the account; the body begins and lacks its end. */
static struct buf begin_letter(const char *name, int64_t id, int64_t now_us, struct str language,
                               const struct account *a)
{
    struct buf body = buf_limited(EVENT_MOST);
    buf_printf(&body, "{\"id\":\"%s_%lld_%lld\",\"at\":%lld", name, (long long)id,
               (long long)now_us, (long long)now_us);
    text_member(&body, "language", language);
    text_member(&body, "account", a->name);
    return body;
}

static void add_decision(struct batch *b, const struct account *a, const struct sender *s,
                         struct str to, struct str language)
{
    struct errand like = {
        .account_id = a->id, .kind = ERRAND_MAIL_SENDER, .profile = PROFILE_NAVETTE, .keep = true};
    struct buf body = begin_letter("sender", s->id, b->tx->now_us, language, a);
    text_member(&body, "sender", s->name);
    text_member(&body, "state", str_of(sender_state_name(s->state)));
    text_member(&body, "comment", s->comment);
    buf_add_u8(&body, '}');
    add(b, &like, to, &body);
}

static enum err add_owners(struct batch *b, const struct account *a, const struct sender *s)
{
    struct membership *rows;
    struct member m;
    size_t n;
    enum err e = store_membership_of_account(&rows, &n, &b->tx->view, a->id);
    for (size_t i = 0; i < n && !e; i++)
        if (rows[i].role == ROLE_OWNER &&
            (e = store_member_get(&m, &b->tx->view, rows[i].member_id)) == OK)
            add_decision(b, a, s, m.email, m.language);
    return e;
}

enum err errand_sender_decided(struct core *c, struct store_tx *tx, const struct sender *s)
{
    struct batch b = {.core = c, .tx = tx};
    const struct directory *d = core_directory(c);
    const struct account *a = directory_account_by_id(d, s->account_id);
    enum err e = a ? add_owners(&b, a, s) : OK;
    if (!e && a && !b.n && a->profile.email.n)
        add_decision(&b, a, s, a->profile.email, account_language(a));
    directory_release(d);
    return e ? e : give(&b);
}

enum err errand_alert(struct core *c, struct store_tx *tx, const struct account *account,
                      const struct alert_due *due)
{
    struct batch b = {.core = c, .tx = tx};
    struct errand like = {.account_id = account->id,
                          .kind = ERRAND_MAIL_ALERT,
                          .profile = PROFILE_NAVETTE,
                          .keep = true};
    struct str language = account_language(account);
    struct buf body = begin_letter("alert", due->alert.user_id, tx->now_us, language, account);
    text_member(&body, "user", due->login);
    text_member(&body, "left", alert_credits(tx->view.arena, due->left, language));
    text_member(&body, "below", alert_credits(tx->view.arena, due->alert.below, language));
    buf_add_u8(&body, '}');
    add(&b, &like, due->alert.email, &body);
    return give(&b);
}

enum err errand_test(int64_t *id, struct core *c, struct store_tx *tx, int64_t account_id,
                     struct str url, enum callback_profile profile)
{
    struct batch b = {.core = c, .tx = tx};
    struct errand like = {
        .account_id = account_id, .kind = ERRAND_TEST, .profile = profile, .keep = true};
    struct buf body = buf_limited(EVENT_MOST);
    buf_printf(&body, "{\"id\":\"test_%lld\",\"at\":%lld}", (long long)store_id_next(),
               (long long)tx->now_us);
    add(&b, &like, url, &body);
    enum err e = give(&b);
    *id = b.rows[0].id;
    return e;
}

enum err errand_letter(struct core *c, struct store_tx *tx, const struct errand_letter *letter)
{
    struct batch b = {.core = c, .tx = tx};
    struct errand like = {.kind = letter->kind, .profile = PROFILE_NAVETTE};
    struct buf body = buf_limited(EVENT_MOST);
    buf_printf(&body, "{\"id\":\"letter_%lld\",\"at\":%lld", (long long)store_id_next(),
               (long long)tx->now_us);
    text_member(&body, "language", letter->language);
    text_member(&body, "url", letter->url);
    text_member(&body, "account", letter->account);
    buf_add_u8(&body, '}');
    add(&b, &like, letter->to, &body);
    return give(&b);
}
