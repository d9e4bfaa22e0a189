/* SPDX-License-Identifier: Apache-2.0 */
#include "core/accept_reply.h"

#include "text/contact.h"
#include "text/phone.h"

/* ---- XXXXX ---- */

static const struct str placeholder = {"XXXXX", 5};

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next one from there on, or text.n. */
static size_t find_placeholder(struct str text, size_t from)
{
    for (size_t i = from; i + placeholder.n <= text.n; i++) {
        const char *found = memchr(text.p + i, 'X', text.n - i);
        if (!found)
            break;
        i = (size_t)(found - text.p);
        size_t end = i;
        while (end < text.n && is_word(text.p[end]))
            end++;
        bool alone = (i == 0 || !is_word(text.p[i - 1])) && end - i == placeholder.n;
        if (alone && str_starts(str_sub(text, i, text.n), placeholder))
            return i;
        i = end > i ? end - 1 : i;
    }
    return text.n;
}

bool reply_text_asks(struct str text)
{
    return find_placeholder(text, 0) < text.n;
}

struct str reply_text_fill(struct arena *a, struct str text, struct str digits)
{
    size_t places = 0;
    for (size_t at = find_placeholder(text, 0); at < text.n;
         at = find_placeholder(text, at + placeholder.n))
        places++;
    char *out = arena_alloc(a, text.n + places * digits.n + 1);
    size_t n = 0;
    for (size_t from = 0; from < text.n;) {
        size_t at = find_placeholder(text, from);
        memcpy(out + n, text.p + from, at - from);
        n += at - from;
        from = at;
        if (at < text.n) {
            memcpy(out + n, digits.p, digits.n);
            n += digits.n;
            from += placeholder.n;
        }
    }
    return (struct str){.p = out, .n = n};
}

/* ---- the request ---- */

static enum err refuse_sender(struct refusal *why)
{
    return refuse(why, ERR_BAD_SENDER, "sender", STR("it is not declared on this account"));
}

/* A virtual number is its account's, whoever else has declared it. */
static enum err read_sender(struct reply_ask *out, const struct accept_request *r,
                            struct refusal *why)
{
    const struct number *number =
        sender_is_number(r->sender) ? directory_virtual(r->directory, r->sender) : NULL;
    const struct sender *s = directory_sender(r->directory, r->account->id, r->sender);
    if (number && number->account_id == r->account->id && number->enabled) {
        *out = (struct reply_ask){.kind = NUMBER_VIRTUAL, .number = number};
        return OK;
    }
    return number || !s || !sender_is_enabled(s) ? refuse_sender(why) : OK;
}

bool reply_is_asked(const struct accept_request *r)
{
    return r->with_reply || str_eq(r->sender, REPLY_SENDER);
}

enum number_kind reply_kind_of(enum grade grade)
{
    return grade == GRADE_LOW_COST ? NUMBER_LOW_COST : NUMBER_SHORT;
}

enum err reply_ask_read(struct reply_ask *out, const struct accept_request *r, struct str text,
                        struct refusal *why)
{
    bool as_sender = reply_is_asked(r);
    *out = (struct reply_ask){.kind = NUMBER_NONE};
    if (r->via) { /* from the number that was written to */
        const struct number *number =
            directory_number(r->directory, r->via->row.id, phone_bare(r->sender));
        out->bare = number && number->kind == NUMBER_SHORT;
        return OK;
    }
    enum err e = as_sender ? OK : read_sender(out, r, why);
    if (e || out->kind)
        return e;
    out->in_text = !as_sender && !sender_is_number(r->sender) && reply_text_asks(text);
    if (!as_sender && !out->in_text)
        return OK;
    out->kind = reply_kind_of(r->account->grade);
    out->bare = out->kind == NUMBER_SHORT && !out->in_text;
    return directory_two_way(r->directory, r->account->id, (struct str){0})
               ? OK
               : refuse(why, ERR_FORBIDDEN, "reply",
                        STR("two-way is not switched on for this account: an operator does it "
                            "with `navette twoway enable ACCOUNT`"));
}

enum err reply_check_text(struct arena *a, const struct reply_ask *reply, struct str text,
                          struct refusal *why)
{
    enum { SHOWN = 60 };
    static const char *const words[] = {[CONTACT_URL] = "a web address",
                                        [CONTACT_EMAIL] = "an e-mail address",
                                        [CONTACT_PHONE] = "a phone number"};
    struct str where;
    enum contact found = reply->bare ? text_contact(text, &where) : CONTACT_NONE;
    if (found == CONTACT_NONE)
        return OK;
    where.n = text_utf8_prefix(where, SHOWN);
    return refuse(why, ERR_INVALID, "text",
                  arena_printf(a,
                               "a short number may not send %s (%.*s): leave it out, or send from "
                               "a name or a virtual number",
                               words[found], STR_FMT(where)));
}

bool reply_ask_route(struct route_ask *ask, const struct accept_request *r,
                     const struct reply_ask *reply)
{
    ask->reply = reply->kind;
    if (reply->kind == NUMBER_VIRTUAL)
        ask->number_carrier_id = reply->number->carrier_id;
    if (reply->kind == NUMBER_NONE || reply->kind == NUMBER_VIRTUAL)
        return true;
    phone_mobile_region(ask->country, ask->recipient);
    struct str country = str_of(ask->country);
    return country.n && directory_two_way(r->directory, r->account->id, country);
}

enum err reply_refuse_all(const struct route_ask *ask, const struct directory *d, bool uncovered,
                          struct refusal *why)
{
    struct route_ask plain = *ask;
    plain.reply = NUMBER_NONE;
    if (uncovered)
        return refuse(why, ERR_FORBIDDEN, "reply",
                      STR("two-way is not switched on for mobile phones of this country: an "
                          "operator does it with `navette twoway enable ACCOUNT --country CC`"));
    if (ask->reply == NUMBER_NONE || !route_choose(d, &plain))
        return OK;
    return refuse(why, ERR_NO_NUMBER, "reply",
                  ask->reply == NUMBER_VIRTUAL
                      ? STR("no route to this phone leads to the carrier of the virtual number")
                      : STR("no carrier of this phone has reply numbers for its country: an "
                            "operator adds some with `navette number add`"));
}
