/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be decided about a request without the store: who may send what to whom, how many parts,
 * which carrier, at what price. Pure: the directory is a picture, the clock is read once.
 */
#include "core/accept.h"

#include "base/clock.h"
#include "core/accept_reply.h"
#include "core/core_base.h"
#include "core/opening.h"
#include "text/phone.h"

enum { WRITER_WAITING_MAX = 20000, DEFERRED_MOST_DAYS = 731 };

/* ---- the parts of a request ---- */

/* What no database keeps as text would fail in the commit, with all that stand beside it there. */
static enum err check_label(struct str label, const char *field, struct refusal *why)
{
    size_t bad_at;
    if (text_utf8_check(label, &bad_at))
        return refuse(why, ERR_BAD_UTF8, field, STR("is not valid UTF-8"));
    if (label.n && memchr(label.p, 0, label.n))
        return refuse(why, ERR_INVALID, field, STR("holds a NUL character"));
    return OK;
}

static enum err check_labels(const struct accept_request *r, struct refusal *why)
{
    enum err e = check_label(r->tag, "tag", why);
    if (e)
        return e;
    if (text_utf8_prefix(r->tag, ACCEPT_TAG_MAX) < r->tag.n)
        return refuse(why, ERR_TOO_LONG, "tag", STR("is too long"));
    e = check_label(r->ref, "ref", why);
    if (e)
        return e;
    if (r->ref.n > ACCEPT_REF_MAX)
        return refuse(why, ERR_TOO_LONG, "ref", STR("is too long"));
    if (r->class < -1 || r->class > 3)
        return refuse(why, ERR_INVALID, "class", STR("must be 0, 1, 2 or 3"));
    return OK;
}

static enum err check_due(const struct accept_request *r, int64_t now_us, struct refusal *why)
{
    if (!r->due_at_us)
        return OK;
    if (r->due_at_us <= now_us &&
        !r->ref.n) /* a ref may have been answered in time: the writer knows */
        return refuse(why, ERR_BAD_DATE, "due", STR("is in the past"));
    if (r->due_at_us > now_us + DEFERRED_MOST_DAYS * DAY_US)
        return refuse(why, ERR_BAD_DATE, "due", STR("is more than two years ahead"));
    return OK;
}

/* CR and CRLF become LF; a byte order mark at the start, as files have one, is no text. */
static struct str one_line_break(struct arena *a, struct str text)
{
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_sub(text, 3, text.n);
    if (str_find(text, '\r') == text.n)
        return text;
    char *out = arena_alloc(a, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')
            continue;
        out[n++] = text.p[i] == '\r' ? '\n' : text.p[i];
    }
    return (struct str){.p = out, .n = n};
}

/* ---- the text, as a carrier will send it ---- */

struct composed {
    struct accept_text text;
    size_t digits;       /* of the number that stands for XXXXX; 0: none does */
    struct str template; /* the text before that, clause included */
    bool marketing;
};

/* The clause of a message to this country through this carrier; n 0: none. */
static struct str clause_of(const struct accept_request *r, const struct directory_carrier *carrier,
                            const char *country)
{
    bool needed = !r->no_stop && !reply_is_asked(r) && !sender_is_number(r->sender);
    return needed ? carrier_clause(&carrier->rules, country) : (struct str){0};
}

static enum err refuse_character(struct arena *a, struct str text, size_t bad_at, enum err e,
                                 struct refusal *why)
{
    struct str rest = str_sub(text, bad_at, text.n);
    struct str character = str_sub(rest, 0, text_utf8_prefix(rest, 1));
    if (!rest.n)
        return refuse(why, e, "coding", STR("the carrier of this number does not take it"));
    return refuse(why, e, "text",
                  e == ERR_NOT_GSM7
                      ? arena_printf(a, "\"%.*s\" is not in the 7-bit alphabet", STR_FMT(character))
                      : arena_printf(a,
                                     "\"%.*s\" is in no alphabet that the carrier of this number "
                                     "takes",
                                     STR_FMT(character)));
}

static enum err refuse_text(struct arena *a, struct str text, size_t bad_at, enum err e,
                            struct refusal *why)
{
    if (e == ERR_BAD_UTF8)
        return refuse(why, e, "text", arena_printf(a, "not valid UTF-8 at byte %zu", bad_at + 1));
    if (e == ERR_TOO_LONG)
        return refuse(why, e, "text", arena_printf(a, "takes more than %d parts", TEXT_PARTS_MAX));
    if (e == ERR_NOT_GSM7 || e == ERR_NO_ENCODING)
        return refuse_character(a, text, bad_at, e, why);
    return refuse(why, e, "text", (struct str){0});
}

static enum err compose(struct composed *out, struct arena *a, const struct accept_request *r,
                        struct str text, const struct directory_carrier *carrier, struct str clause,
                        size_t digits, struct refusal *why)
{
    static const struct str zeros = {"000000000000000", 15};
    size_t bad_at = 0;
    *out = (struct composed){
        .text = {.carrier = carrier, .clause = clause}, .digits = digits, .marketing = !r->no_stop};
    struct text_plan *plan = &out->text.plan;
    if (clause.n)
        text = arena_printf(a, "%.*s\n%.*s", STR_FMT(text), STR_FMT(clause));
    out->template = text;
    if (digits)
        text = reply_text_fill(a, text, str_sub(zeros, 0, digits));
    enum err e = text_plan(plan, a, text, r->coding, &carrier->rules.text, &bad_at);
    if (e)
        return refuse_text(a, plan->text, bad_at, e, why);
    if (plan->weight.parts > r->account->max_parts)
        return refuse(why, ERR_TOO_LONG, "text",
                      arena_printf(a, "takes %u parts, this account allows %u", plan->weight.parts,
                                   r->account->max_parts));
    return OK;
}

static enum err check_text(struct arena *a, struct str text, struct refusal *why)
{
    size_t bad_at = 0;
    if (text_utf8_check(text, &bad_at))
        return refuse_text(a, text, bad_at, ERR_BAD_UTF8, why);
    if (!text.n)
        return refuse(why, ERR_MISSING, "text", STR("is empty"));
    return check_label(text, "text", why);
}

/* ---- recipients ---- */

static bool seen_before(const struct accept_job *job, uint64_t recipient)
{
    for (size_t i = 0; i < job->messages_n; i++)
        if (job->messages[i].recipient == recipient)
            return true;
    return false;
}

struct route_ask accept_ask(const struct accept_request *r, int64_t at_us)
{
    bool low_cost = r->account->grade == GRADE_LOW_COST;
    return (struct route_ask){.account_id = r->account->id,
                              .grade = r->account->grade,
                              .sender = r->sender,
                              .sender_kind = !reply_is_asked(r) ? sender_kind_of(r->sender)
                                             : low_cost         ? SENDER_LONG
                                                                : SENDER_SHORT,
                              .at_us = at_us};
}

struct planning {
    struct arena *arena;
    const struct accept_request *request;
    struct str text;
    struct composed composed; /* for the last carrier and clause met: most requests have one */
    int64_t now_us;
    struct route_ask ask;
    struct reply_ask reply;
    bool unroutable; /* a valid number had no route */
    bool uncovered;  /* or two-way is not there for its country */
};

/* What is known of the number before it is drawn. */
static void wish_for_number(struct accept_job *job, struct planning *p,
                            const struct directory_carrier *carrier)
{
    const struct composed *c = &p->composed;
    struct message *m = &job->messages[job->messages_n - 1];
    struct reply_wish *w = &job->wishes[job->messages_n - 1];
    *w = (struct reply_wish){.kind = p->reply.kind,
                             .country = arena_str(p->arena, str_of(p->ask.country)),
                             .in_text = p->reply.in_text,
                             .text = c->digits ? c->template : (struct str){0},
                             .window_us = carrier->settings.reply_window_min * MIN_US};
    if (w->kind == NUMBER_VIRTUAL) {
        m->sender = p->reply.number->digits;
        w->window_us = 0;
    } else if (carrier->rules.picks_numbers) {
        w->kind = NUMBER_PICKED;
        m->sender = w->in_text ? m->sender : carrier->settings.reply_sender;
    } else if (!w->in_text) {
        m->sender = REPLY_SENDER;
    }
}

/* How long the number is that takes the place of XXXXX; 0: nothing does. */
static size_t digits_in_text(const struct planning *p, const struct directory_carrier *carrier)
{
    const struct directory_pool *pool =
        p->reply.kind == NUMBER_NONE || p->reply.kind == NUMBER_VIRTUAL ||
                carrier->rules.picks_numbers
            ? NULL
            : directory_pool(carrier, p->reply.kind, str_of(p->ask.country));
    return pool && reply_text_asks(p->text) ? pool->digits : 0;
}

/* Who gets it, how and when. */
struct way {
    uint64_t recipient;
    char country[3]; /* of what is marketing; else "" */
    const struct directory_carrier *carrier;
    int64_t due_us;
    int64_t closes_us; /* as message.closes_at_us */
};

/* Marketing waits until its country is open (P2.7), and takes the route of that hour. */
static const struct directory_carrier *find_way(struct way *w, struct planning *p)
{
    const struct accept_request *r = p->request;
    w->due_us = p->ask.at_us;
    w->carrier = r->via ? r->via : route_choose(r->directory, &p->ask);
    if (r->no_stop || !w->carrier)
        return w->carrier;
    phone_region(w->country, w->recipient);
    const struct opening *opening = opening_find(w->country);
    bool regional = w->carrier->rules.regional_holidays;
    w->due_us = opening_next(opening, regional, p->ask.at_us);
    w->closes_us = opening_closes(opening, regional, w->due_us);
    if (w->due_us > p->ask.at_us) {
        struct route_ask then = p->ask;
        then.at_us = w->due_us;
        w->carrier = route_choose(r->directory, &then);
    }
    return w->carrier;
}

static enum err plan_message(struct accept_job *job, struct planning *p, const struct way *w,
                             struct refusal *why)
{
    const struct directory_carrier *carrier = w->carrier;
    const struct accept_request *r = p->request;
    int64_t price = 0;
    struct str clause = clause_of(r, carrier, w->country);
    size_t digits = p->reply.kind ? digits_in_text(p, carrier) : 0;
    const struct composed *last = &p->composed;
    if (last->text.carrier != carrier || last->digits != digits ||
        !str_eq(last->text.clause, clause)) {
        enum err e = compose(&p->composed, p->arena, r, p->text, carrier, clause, digits, why);
        if (e)
            return e;
    }
    if (!directory_rate(r->directory, w->recipient, &price))
        return refuse(why, ERR_NO_ROUTE, "recipients", STR("there is no price for this number"));
    const struct composed *c = &p->composed;
    const struct text_plan *plan = &c->text.plan;
    if (!job->messages_n)
        job->first = c->text;
    struct message *m = &job->messages[job->messages_n++];
    *m = (struct message){
        .account_id = r->account->id,
        .user_id = r->user ? r->user->id : 0,
        .carrier_id = carrier->row.id,
        .state = MESSAGE_QUEUED,
        .encoding = plan->weight.encoding,
        .sender = r->sender,
        .recipient = w->recipient,
        .text = plan->text,
        .parts = plan->weight.parts,
        .layout = plan->layout,
        .class = r->class,
        .marketing = c->marketing,
        .from_quota = r->user && r->user->has_quota,
        .tag = r->tag,
        .credits = (int64_t)plan->weight.parts * price,
        .created_at_us = p->now_us,
        .due_at_us = w->due_us,
        .closes_at_us = w->closes_us,
        .expires_at_us =
            w->due_us + (r->validity_us ? r->validity_us : ACCEPT_VALIDITY_MIN * MIN_US),
        .origin = r->origin,
        .by_kind = r->by_kind,
        .by_id = r->by_id,
    };
    if (p->reply.kind)
        wish_for_number(job, p, carrier);
    if (message_submits(m) > 1)
        m->reference = plan_reference(r->sender, w->recipient, plan->layout.mode);
    job->cost += m->credits;
    job->deferred |= w->due_us > p->now_us;
    return OK;
}

static enum err plan_recipient(struct accept_job *job, struct planning *p, struct str written,
                               struct refusal *why)
{
    struct way w = {0};
    enum err left_out = ERR_BAD_NUMBER;
    if (phone_parse(&w.recipient, written) == OK) {
        if (seen_before(job, w.recipient)) {
            job->doubled[job->doubled_n++] = written;
            return OK;
        }
        left_out = ERR_NO_ROUTE;
        p->ask.recipient = w.recipient;
        bool covered = !p->reply.kind || reply_ask_route(&p->ask, p->request, &p->reply);
        p->unroutable |= !(covered && find_way(&w, p));
        p->uncovered |= !covered;
        if (!covered)
            left_out = ERR_FORBIDDEN;
    }
    if (!w.carrier) {
        job->invalid_why[job->invalid_n] = left_out;
        job->invalid[job->invalid_n++] = written;
        return OK;
    }
    return plan_message(job, p, &w, why);
}

static enum err plan_recipients(struct accept_job *job, struct planning *p, struct refusal *why)
{
    const struct accept_request *r = p->request;
    if (r->recipients_n > ACCEPT_RECIPIENTS_MAX)
        return refuse(why, ERR_LIMIT, "recipients",
                      arena_printf(p->arena, "more than %d in one request", ACCEPT_RECIPIENTS_MAX));
    job->messages = ARENA_ARRAY(p->arena, r->recipients_n, struct message);
    if (p->reply.kind)
        job->wishes = ARENA_ARRAY(p->arena, r->recipients_n, struct reply_wish);
    job->invalid = ARENA_ARRAY(p->arena, r->recipients_n, struct str);
    job->invalid_why = ARENA_ARRAY(p->arena, r->recipients_n, enum err);
    job->doubled = ARENA_ARRAY(p->arena, r->recipients_n, struct str);
    for (size_t i = 0; i < r->recipients_n; i++) {
        enum err e = plan_recipient(job, p, r->recipients[i], why);
        if (e)
            return e;
    }
    enum err all = OK;
    if (!job->messages_n && p->reply.kind && p->unroutable)
        all = reply_refuse_all(&p->ask, r->directory, p->uncovered, why);
    if (!job->messages_n && !all)
        return refuse(why, p->unroutable ? ERR_NO_ROUTE : ERR_BAD_NUMBER, "recipients",
                      p->unroutable ? STR("no carrier serves this number")
                                    : STR("no valid phone number"));
    return all;
}

enum err accept_prepare(struct accept_job *job, struct arena *a,
                        const struct accept_request *request, struct refusal *why)
{
    struct planning p = {.arena = a, .request = request, .now_us = clock_now_us()};
    *job = (struct accept_job){.request = request, .arena = a, .deferred = request->due_at_us != 0};
    p.text = one_line_break(a, request->text);
    p.ask = accept_ask(request, request->due_at_us ? request->due_at_us : p.now_us);
    enum err e = reply_ask_read(&p.reply, request, p.text, why);
    if (!e)
        e = check_labels(request, why);
    if (!e)
        e = check_due(request, p.now_us, why);
    if (!e)
        e = check_text(a, p.text, why);
    if (!e)
        e = plan_recipients(job, &p, why);
    /* Last, when the text is known to be no longer than the account may send. */
    return e ? e : reply_check_text(a, &p.reply, p.text, why);
}

/* Where nobody is known to be served better. */
static const struct directory_carrier *some_carrier(const struct accept_request *r, int64_t now_us)
{
    const struct directory *d = r->directory;
    struct route_ask ask = accept_ask(r, r->due_at_us ? r->due_at_us : now_us);
    const struct directory_carrier *found = r->via ? r->via : route_choose(d, &ask);
    for (size_t i = 0; !found && i < d->carriers_n; i++)
        if (d->carriers[i].row.enabled)
            found = &d->carriers[i];
    return found;
}

enum err accept_outline(struct accept_text *out, struct arena *a,
                        const struct accept_request *request, struct refusal *why)
{
    static const size_t digits_usual = 5;
    struct composed c = {0};
    struct str text = one_line_break(a, request->text);
    const struct directory_carrier *carrier = some_carrier(request, clock_now_us());
    bool alone = !reply_is_asked(request) && !sender_is_number(request->sender);
    *out = (struct accept_text){0};
    enum err e = text.n ? check_text(a, text, why) : OK;
    if (!e && !carrier)
        e = refuse(why, ERR_NO_ROUTE, "recipients", STR("there is no carrier yet"));
    if (e)
        return e;
    e = compose(&c, a, request, text, carrier, clause_of(request, carrier, ""),
                alone && reply_text_asks(text) ? digits_usual : 0, why);
    *out = c.text;
    return e;
}

enum err accept_post(struct core *c, struct accept_job *job, struct mailbox *home,
                     void (*deliver)(struct letter *))
{
    if (writer_waiting(c->writer) > WRITER_WAITING_MAX)
        return ERR_BUSY;
    job->job = (struct job){.letter.deliver = deliver, .home = home, .kind = JOB_ACCEPT};
    writer_post(c->writer, &job->job);
    return OK;
}
