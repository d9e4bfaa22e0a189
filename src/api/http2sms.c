/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http2sms.h"

#include "api/allow_ip.h"
#include "api/api_base.h"
#include "api/http2sms_answer.h"
#include "base/clock.h"
#include "base/secret.h"
#include "core/accept.h"
#include "text/phone.h"

#include <netinet/in.h>

/* One request; lives in its arena. */
struct http2sms {
    struct accept_job job; /* first: the letter that comes back is the request */
    struct api *api;
    struct http_request *request;
    struct http2sms_parameters parameters;
    enum http2sms_type type;
    bool type_unknown;
    struct credential_check check;
    struct accept_request accept;
};

/* The faults with 202, in the order of the checks (P9.2): the first that applies answers. The
 * fields are accept_prepare's names and those of our own parameters. */
static const struct fault {
    const char *field;
    const char *message;
    bool detailed; /* the reason follows */
} faults[] = {
    {"sender", "Invalid from", false},         {"reply", "Invalid from: ", true},
    {"recipients", "Invalid to", false},       {"tag", "Invalid tag: ", true},
    {"due", "Invalid deferred time", false},   {"deferred", "Invalid deferred time", false},
    {"class", "Invalid class", false},         {"coding", "Invalid smsCoding", false},
    {"smsCoding", "Invalid smsCoding", false}, {"contentType", "Invalid contentType", false},
    {"text", "Invalid message: ", true},       {"ref", "Invalid ref: ", true},
};
enum { FAULTS = sizeof(faults) / sizeof(faults[0]) };

static size_t fault_rank(const char *field)
{
    size_t rank = 0;
    while (rank < FAULTS && !(field && strcmp(faults[rank].field, field) == 0))
        rank++;
    return rank;
}

/* --- answers --- */

/* A Host that is a name or an address with a port, and nothing that could break out of a link. */
static bool is_plain_host(struct str host)
{
    static const struct str others = {".-:[]_", 6};
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && str_find(others, c) == others.n)
            return false;
    }
    return host.n > 0 && host.n <= 255;
}

static struct str more_info_url(const struct api *api, struct http_request *request)
{
    if (api->config.more_info_url)
        return str_of(api->config.more_info_url);
    struct str host = http_header(request, "Host");
    if (!is_plain_host(host))
        return STR("/docs/http2sms");
    return arena_printf(request->arena, "http://%.*s/docs/http2sms", STR_FMT(host));
}

static void answer(struct http2sms *h, int http_status, const char *const *headers)
{
    http_reply_headers(h->request, http_status, http2sms_answer_content_type(h->type),
                       buf_str(&h->api->answer), headers);
}

static void fail_with(struct http2sms *h, int status, struct str message, int http_status,
                      const char *const *headers)
{
    directory_release(h->accept.directory);
    buf_clear(&h->api->answer);
    http2sms_answer_failure(&h->api->answer, h->type, status, message,
                            more_info_url(h->api, h->request));
    answer(h, http_status, headers);
}

static void fail(struct http2sms *h, int status, struct str message)
{
    fail_with(h, status, message, 200, NULL);
}

static void fail_unavailable(struct http2sms *h)
{
    static const char *const headers[] = {"Retry-After", "1", NULL};
    fail_with(h, HTTP2SMS_UNAVAILABLE,
              STR("Service unavailable: nothing was taken, please try again"), 503, headers);
}

/* The database went away in the middle of the commit and has not come back to tell. */
static void fail_in_doubt(struct http2sms *h)
{
    fail_with(h, HTTP2SMS_UNAVAILABLE,
              STR("Service unavailable: perhaps it was taken, only the same ref is safe to repeat"),
              503, NULL);
}

static void fail_fault(struct http2sms *h, size_t rank, enum err err, struct str detail)
{
    const struct fault *fault = &faults[rank];
    if (!detail.n)
        detail = err == ERR_TOO_LONG ? STR("is too long") : str_of(err_text(err));
    fail(h, HTTP2SMS_INVALID,
         fault->detailed
             ? arena_printf(h->request->arena, "%s%.*s", fault->message, STR_FMT(detail))
             : str_of(fault->message));
}

/* Recipients in a header: the first of them, percent-encoded. */
static const char *list_of(struct arena *a, const struct str *numbers, size_t n)
{
    enum { LISTED = 20, LONGEST = 32 };
    struct buf list = buf_limited((size_t)LISTED * (LONGEST * 3 + 1));
    for (size_t i = 0; i < n && i < LISTED; i++) {
        struct str one = numbers[i];
        buf_add_str(&list, i ? STR(",") : STR(""));
        for (size_t k = 0; k < one.n && k < LONGEST; k++) {
            char c = one.p[k];
            bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                         (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || c == '.';
            buf_printf(&list, plain ? "%c" : "%%%02X", (unsigned char)c);
        }
    }
    const char *out = arena_str(a, buf_str(&list)).p;
    buf_free(&list);
    return out;
}

static struct str *refused_of(const struct accept_job *job)
{
    struct str *numbers = ARENA_ARRAY(job->arena, job->refused_n, struct str);
    for (size_t i = 0; i < job->refused_n; i++) {
        char text[PHONE_SIZE];
        numbers[i] =
            arena_str(job->arena, phone_format(text, job->messages[job->messages_n + i].recipient));
    }
    return numbers;
}

/* Recipients that were left out: how many, and the first of them. */
static const char *const *left_out_headers(struct http2sms *h)
{
    enum { HEADERS = 11 };
    struct arena *a = h->request->arena;
    const struct accept_job *job = &h->job;
    const char **headers = ARENA_ARRAY(a, HEADERS, const char *);
    size_t n = 0;
    if (job->invalid_n) {
        headers[n++] = "X-Navette-Invalid-Recipients";
        headers[n++] = arena_printf(a, "%zu", job->invalid_n).p;
        headers[n++] = "X-Navette-Invalid-List";
        headers[n++] = list_of(a, job->invalid, job->invalid_n);
    }
    if (job->refused_n) {
        headers[n++] = "X-Navette-Quarantined-Recipients";
        headers[n++] = arena_printf(a, "%zu", job->refused_n).p;
        headers[n++] = "X-Navette-Quarantined-List";
        headers[n++] = list_of(a, refused_of(job), job->refused_n);
    }
    if (job->doubled_n) {
        headers[n++] = "X-Navette-Doubled-Recipients";
        headers[n++] = arena_printf(a, "%zu", job->doubled_n).p;
    }
    return headers;
}

static void succeed(struct http2sms *h)
{
    bool deferred = h->job.deferred;
    int64_t credits_left = h->job.credits_left;
    size_t n = h->job.messages_n;
    int64_t *ids;
    if (h->job.repeated) {
        if (accept_answer(h->job.answer, h->request->arena, &deferred, &credits_left, &ids, &n)) {
            fail_unavailable(h);
            return;
        }
    } else {
        ids = ARENA_ARRAY(h->request->arena, n, int64_t);
        for (size_t i = 0; i < n; i++)
            ids[i] = h->job.messages[i].id;
    }
    directory_release(h->accept.directory);
    buf_clear(&h->api->answer);
    http2sms_answer_success(&h->api->answer, h->type, deferred ? HTTP2SMS_DEFERRED : HTTP2SMS_SENT,
                            credits_left, ids, n);
    bool all = !h->job.invalid_n && !h->job.doubled_n && !h->job.refused_n;
    answer(h, 200, all || h->job.repeated ? NULL : left_out_headers(h));
}

/* --- accepting --- */

static void on_accepted(struct letter *letter)
{
    struct http2sms *h = (struct http2sms *)letter;
    switch (h->job.job.err) {
    case OK:
        succeed(h);
        break;
    case ERR_NO_CREDIT:
        fail(h, HTTP2SMS_INVALID, STR("Not enough credits"));
        break;
    case ERR_NO_QUOTA:
        fail(h, HTTP2SMS_INVALID, STR("Quota exceeded"));
        break;
    case ERR_NO_NUMBER:
        fail(h, HTTP2SMS_INVALID,
             STR("Invalid from: every reply number is in an open conversation with this phone"));
        break;
    case ERR_QUARANTINED:
        fail(h, HTTP2SMS_INVALID, STR("Recipient in quarantine"));
        break;
    case ERR_BAD_DATE:
        fail(h, HTTP2SMS_INVALID, STR("Invalid deferred time"));
        break;
    case ERR_UNAUTHORIZED: /* the user went away meanwhile */
        fail(h, HTTP2SMS_INVALID, STR("Invalid login or password"));
        break;
    case ERR_DOUBT:
        fail_in_doubt(h);
        break;
    default:
        fail_unavailable(h);
    }
}

static enum err read_due(struct http2sms *h, const struct http2sms_options *options)
{
    if (!options->deferred)
        return OK;
    enum err e = date_to_utc_us(&h->accept.due_at_us, options->due, h->accept.account->timezone);
    if (!e && h->accept.due_at_us <= 0) /* 0 means now: a date of 1970 must not */
        e = ERR_BAD_DATE;
    if (e)
        h->accept.due_at_us = 0;
    return e;
}

/* The first of our own parameters at fault, or FAULTS. */
static size_t read_options(struct http2sms *h)
{
    struct http2sms_options options;
    const char *field = http2sms_options_read(&options, &h->parameters);
    if (read_due(h, &options))
        field = "deferred";
    else if (!field && h->type_unknown)
        field = "contentType";
    h->accept.class = options.class;
    h->accept.coding = options.coding;
    h->accept.no_stop = options.no_stop;
    return fault_rank(field);
}

/* Faults are told in our order whatever accept_prepare met first: recipients before the rest. */
static bool reaches_nobody(const struct http2sms *h)
{
    const struct accept_request *r = &h->accept;
    struct route_ask ask = accept_ask(r, r->due_at_us ? r->due_at_us : clock_now_us());
    for (size_t i = 0; i < r->recipients_n; i++) {
        if (phone_parse(&ask.recipient, r->recipients[i]) == OK && route_choose(r->directory, &ask))
            return false;
    }
    return true;
}

static void accept_now(struct http2sms *h)
{
    const struct http2sms_parameters *p = &h->parameters;
    struct refusal why = {.err = OK};
    h->accept.sender = p->from;
    h->accept.with_reply = p->from.n == 0; /* senderForResponse is 1, else it would be missing */
    h->accept.text = p->message;
    h->accept.tag = p->tag;
    h->accept.ref = p->ref;
    h->accept.recipients = http2sms_recipients(h->request->arena, p->to, ACCEPT_RECIPIENTS_MAX,
                                               &h->accept.recipients_n);
    size_t own = read_options(h);
    enum err e = accept_prepare(&h->job, h->request->arena, &h->accept, &why);
    size_t rank = e ? fault_rank(why.field) : FAULTS;
    size_t first = own < rank ? own : rank;
    size_t recipients = fault_rank("recipients");
    if (first > recipients && first < FAULTS && reaches_nobody(h))
        fail_fault(h, recipients, ERR_BAD_NUMBER, STR(""));
    else if (own < rank)
        fail_fault(h, own, ERR_INVALID, STR(""));
    else if (rank < FAULTS)
        fail_fault(h, rank, e, why.detail);
    else if (e)
        fail_unavailable(h);
    else if (accept_post(h->api->core, &h->job, api_mailbox(h->api), on_accepted))
        fail_unavailable(h);
}

/* --- who asks --- */

static struct http2sms *request_of(struct credential_check *check)
{
    return (struct http2sms *)((char *)check - offsetof(struct http2sms, check));
}

static void on_checked(struct credential_check *check)
{
    struct http2sms *h = request_of(check);
    if (check->err == OK)
        accept_now(h);
    else if (check->err == ERR_UNAUTHORIZED)
        fail(h, HTTP2SMS_INVALID, STR("Invalid login or password"));
    else
        fail_unavailable(h);
}

static void identify(struct http2sms *h)
{
    const struct http2sms_parameters *p = &h->parameters;
    const struct directory *d = core_directory(h->api->core);
    h->accept.directory = d;
    h->accept.account = directory_account(d, p->account);
    if (h->accept.account && h->accept.account->enabled)
        h->accept.user = directory_user(d, h->accept.account->id, p->login);
    if (h->accept.user && !h->accept.user->enabled)
        h->accept.user = NULL;
    if (h->accept.user && !allow_ip_matches(h->accept.user->allow_ip, &h->request->peer)) {
        char address[ALLOW_IP_TEXT_SIZE];
        allow_ip_text(address, &h->request->peer);
        fail(h, HTTP2SMS_ADDRESS,
             arena_printf(h->request->arena, "IP address not allowed: %s", address));
        return;
    }
    h->check = (struct credential_check){
        .account = p->account,
        .login = p->login,
        .password = p->password,
        .stored = h->accept.user ? h->accept.user->password : (struct str){0},
        .asker = allow_ip_asker(&h->request->peer),
        .done = on_checked,
    };
    if (credentials_check(h->api->credentials, &h->check))
        on_checked(&h->check);
}

/* The body counts before the query. A "%" that begins no escape stands for itself in both. */
static bool read_parameters(struct http2sms *h)
{
    struct http_pair *pairs = NULL;
    size_t n = 0;
    enum err e = http_form_parse(&pairs, &n, h->request->arena, h->request->body, API_PAIRS_MAX);
    if (e == ERR_LIMIT)
        return false;
    http2sms_parameters_read(&h->parameters, pairs, n);
    http2sms_parameters_read(&h->parameters, h->request->query, h->request->query_n);
    h->type_unknown = http2sms_type_read(&h->type, &h->parameters) != OK;
    return true;
}

void http2sms_handle(struct api *api, struct http_request *request)
{
    struct http2sms *h = ARENA_NEW(request->arena, struct http2sms);
    h->api = api;
    h->request = request;
    if (request->method != HTTP_GET && request->method != HTTP_POST) {
        static const char *const headers[] = {"Allow", "GET, POST", NULL};
        fail_with(h, HTTP2SMS_INVALID, STR("Invalid method: use GET or POST"), 405, headers);
        return;
    }
    if (!read_parameters(h)) {
        fail_with(h, HTTP2SMS_INVALID, STR("Too many parameters"), 413, NULL);
        return;
    }
    const char *missing = http2sms_parameters_missing(&h->parameters);
    if (missing)
        fail(h, HTTP2SMS_MISSING, arena_printf(request->arena, "Missing %s", missing));
    else
        identify(h);
}
