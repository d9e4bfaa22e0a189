/* SPDX-License-Identifier: Apache-2.0 */
/* Which route a message would take, and why not the others. */
#include "api/actor.h"
#include "api/fields.h"
#include "api/present.h"
#include "api/route_json.h"
#include "base/clock.h"
#include "core/accept_reply.h"
#include "core/admin.h"
#include "text/date.h"
#include "text/phone.h"

enum { NUMBER_MAX = 64, SENDER_MAX = 32, DATE_MAX = 40 };

static json_t *told_json(const struct route_told *t, const struct directory *d)
{
    json_t *json = route_json(t->route, d);
    json_object_set_new(json, "place", t->place ? json_integer(t->place) : json_null());
    json_object_set_new(json, "verdict", json_string(route_verdict_code(t->verdict)));
    json_object_set_new(json, "why", present_text(t->why));
    json_object_set_new(json, "since", present_time(t->since_us));
    json_object_set_new(json, "opens_at", present_time(t->opens_us));
    return json;
}

/* A column for people: "1" wins, "2" comes next. */
static void reply(struct http_request *request, const struct directory *d,
                  const struct route_ask *ask, const struct account *account)
{
    char number[PHONE_SIZE];
    size_t n;
    struct route_told *told = route_explain(d, ask, request->arena, &n);
    json_t *items = json_array();
    json_t *chain = json_array();
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(items, told_json(&told[i], d));
        if (told[i].place)
            json_array_append_new(chain, present_text(told[i].carrier->row.name));
    }
    json_t *winner = n && told[0].place ? present_text(told[0].carrier->row.name) : json_null();
    api_reply_json(request, 200,
                   json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "account",
                             present_text(account->name), "recipient",
                             present_text(phone_format(number, ask->recipient)), "sender",
                             present_text_or_null(ask->sender), "grade", grade_name(account->grade),
                             "at", present_time(ask->at_us), "carrier", winner, "chain", chain,
                             "items", items, "next", json_null()));
}

/* As accept asks: a sender that can be answered to wants a carrier that has the number. */
static void ask_as_accept(struct route_ask *ask, const struct directory *d,
                          const struct account *account)
{
    const struct accept_request r = {.directory = d, .account = account, .sender = ask->sender};
    struct reply_ask reply = {.number = directory_virtual(d, ask->sender)};
    uint64_t recipient = ask->recipient;
    *ask = accept_ask(&r, ask->at_us);
    ask->recipient = recipient;
    if (!ask->sender.n)
        ask->sender_kind = SENDER_ANY;
    if (reply_is_asked(&r))
        reply.kind = reply_kind_of(account->grade);
    else if (reply.number)
        reply.kind = NUMBER_VIRTUAL;
    reply_ask_route(ask, &r, &reply);
}

static void explain(struct api *api, struct http_request *request, const struct str *segments)
{
    struct fields f;
    int64_t account_id;
    struct str to = {0};
    struct str at = {0};
    struct route_ask ask = {.at_us = clock_now_us()};
    fields_of_query(&f, request);
    actor_scope(&f, api, RIGHT_OPERATE, &account_id);
    if (!account_id)
        fields_refuse(&f, ERR_MISSING, "account", STR("say for which account"));
    if (!fields_text(&f, "to", NUMBER_MAX, &to))
        fields_refuse(&f, ERR_MISSING, "to", STR("give the number that the message is for"));
    else if (phone_parse(&ask.recipient, to))
        fields_refuse(&f, ERR_BAD_NUMBER, "to",
                      STR("write an international number, such as +33612345678"));
    if (fields_text(&f, "from", SENDER_MAX, &ask.sender) && sender_check(ask.sender))
        fields_refuse(&f, ERR_BAD_SENDER, "from",
                      STR("use 3 to 11 letters, digits, spaces and - . , & + _, not digits only; "
                          "or a number of 3 to 15 digits"));
    if (fields_text(&f, "at", DATE_MAX, &at) && date_parse_iso(&ask.at_us, at))
        fields_refuse(&f, ERR_BAD_DATE, "at", STR("write a time such as 2026-11-21T14:05:00Z"));
    if (!fields_end(&f))
        return;
    const struct directory *d = core_directory(api_core(api));
    const struct account *account = directory_account_by_id(d, account_id);
    ask_as_accept(&ask, d, account);
    reply(request, d, &ask, account);
    directory_release(d);
}

const struct api_route route_explain_routes[] = {
    {HTTP_GET, "/api/v1/routes/explain", explain, RIGHT_OPERATE},
    {0},
};
