/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http2sms_parameters.h"

#include "text/phone.h"

static const struct parameter {
    struct str name;
    size_t offset;
} known[] = {
#define KNOWN(text, member)                                                      \
    {                                                                            \
        {(text), sizeof(text) - 1}, offsetof(struct http2sms_parameters, member) \
    }
    KNOWN("account", account),
    KNOWN("smsAccount", account),
    KNOWN("login", login),
    KNOWN("password", password),
    KNOWN("from", from),
    KNOWN("to", to),
    KNOWN("message", message),
    KNOWN("deferred", deferred),
    KNOWN("class", class),
    KNOWN("smsCoding", sms_coding),
    KNOWN("noStop", no_stop),
    KNOWN("tag", tag),
    KNOWN("contentType", content_type),
    KNOWN("senderForResponse", sender_for_response),
    KNOWN("ref", ref),
#undef KNOWN
};

static void take(struct http2sms_parameters *out, const struct http_pair *pair)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct str *value = (struct str *)((char *)out + known[i].offset);
        if (str_eq(known[i].name, pair->name) && value->n == 0) {
            *value = pair->value;
            return;
        }
    }
}

void http2sms_parameters_read(struct http2sms_parameters *out, const struct http_pair *pairs,
                              size_t n)
{
    for (size_t i = 0; i < n; i++)
        take(out, &pairs[i]);
}

static bool is_one(struct str value)
{
    return str_eq(value, STR("1"));
}

const char *http2sms_parameters_missing(const struct http2sms_parameters *p)
{
    bool answerable = is_one(p->sender_for_response);
    return p->account.n == 0               ? "account"
           : p->login.n == 0               ? "login"
           : p->password.n == 0            ? "password"
           : p->from.n == 0 && !answerable ? "from"
           : p->to.n == 0                  ? "to"
           : p->message.n == 0             ? "message"
                                           : NULL;
}

enum err http2sms_type_read(enum http2sms_type *out, const struct http2sms_parameters *p)
{
    static const struct {
        struct str name;
        enum http2sms_type type;
    } types[] = {
#define TYPE(text, value) {{(text), sizeof(text) - 1}, (value)}
        TYPE("text/plain", HTTP2SMS_TEXT_PLAIN),
        TYPE("text/html", HTTP2SMS_TEXT_HTML),
        TYPE("text/xml", HTTP2SMS_TEXT_XML),
        TYPE("application/xml", HTTP2SMS_APPLICATION_XML),
        TYPE("text/json", HTTP2SMS_TEXT_JSON),
        TYPE("application/json", HTTP2SMS_APPLICATION_JSON),
#undef TYPE
    };
    *out = HTTP2SMS_TEXT_PLAIN;
    if (p->content_type.n == 0)
        return OK;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (str_eq_nocase(types[i].name, p->content_type)) {
            *out = types[i].type;
            return OK;
        }
    return ERR_INVALID;
}

const char *http2sms_options_read(struct http2sms_options *out, const struct http2sms_parameters *p)
{
    const char *fault = NULL;
    *out = (struct http2sms_options){.class = -1,
                                     .coding = TEXT_CHOOSE,
                                     .no_stop = is_one(p->no_stop),
                                     .sender_for_response = is_one(p->sender_for_response)};
    if (p->deferred.n) {
        out->deferred = date_parse_deferred(&out->due, p->deferred) == OK;
        fault = out->deferred ? NULL : "deferred";
    }
    if (p->class.n == 1 && p->class.p[0] >= '0' && p->class.p[0] <= '3')
        out->class = p->class.p[0] - '0';
    else if (p->class.n && !fault)
        fault = "class";
    if (is_one(p->sms_coding))
        out->coding = TEXT_FORCE_GSM7;
    else if (str_eq(p->sms_coding, STR("2")))
        out->coding = TEXT_FORCE_UCS2;
    else if (p->sms_coding.n && !fault)
        fault = "smsCoding";
    return fault;
}

/* --- recipients --- */

static bool separates(char c)
{
    return c == ',' || c == ';' || c == '\n' || c == '\r';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct recipients {
    struct str *items;
    size_t n;
    size_t most;
};

static void add(struct recipients *r, struct str piece)
{
    if (piece.n && r->n < r->most)
        r->items[r->n++] = piece;
}

static size_t find(struct str s, bool (*stop)(char))
{
    size_t i = 0;
    while (i < s.n && !stop(s.p[i]))
        i++;
    return i;
}

static void add_piece(struct recipients *r, struct str piece)
{
    uint64_t number;
    piece = str_trim(piece);
    if (find(piece, is_blank) == piece.n || phone_parse(&number, piece) == OK) {
        add(r, piece);
        return;
    }
    while (piece.n && r->n < r->most) {
        size_t at = find(piece, is_blank);
        add(r, str_sub(piece, 0, at));
        piece = str_trim(str_sub(piece, at, piece.n));
    }
}

struct str *http2sms_recipients(struct arena *a, struct str to, size_t limit, size_t *n)
{
    size_t most = 1;
    for (size_t i = 0; i < to.n && most <= limit; i++)
        most += separates(to.p[i]) || is_blank(to.p[i]);
    struct recipients r = {.items = ARENA_ARRAY(a, most, struct str), .most = most};
    while (to.n && r.n < r.most) {
        size_t at = find(to, separates);
        add_piece(&r, str_sub(to, 0, at));
        to = str_sub(to, at < to.n ? at + 1 : at, to.n);
    }
    *n = r.n;
    return r.items;
}
