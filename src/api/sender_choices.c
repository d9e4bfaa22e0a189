/* SPDX-License-Identifier: Apache-2.0 */
/* From what an account may send: the choices of the Send page, and why some are none. */
#include "api/actor.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/accept.h"
#include "core/accept_reply.h"
#include "core/admin.h"
#include "text/phone.h"

enum { NUMBER_MAX = 32 };

/* Can phones of this country answer to a number of some carrier's? */
static bool has_numbers(const struct directory *d, enum number_kind kind, struct str country)
{
    for (size_t i = 0; i < d->carriers_n; i++) {
        const struct directory_carrier *c = &d->carriers[i];
        if (c->row.enabled && (c->rules.picks_numbers || directory_pool(c, kind, country)))
            return true;
    }
    return false;
}

/* `country` n 0: some country will do. */
static json_t *reply_json(const struct directory *d, const struct account *a, struct str country)
{
    json_t *countries = json_array();
    enum number_kind kind = reply_kind_of(a->grade);
    bool covered = false;
    bool available = false;
    for (size_t i = 0; i < d->two_ways_n; i++) {
        struct str one = d->two_ways[i].country;
        if (d->two_ways[i].account_id != a->id)
            continue;
        bool wanted = !country.n || str_eq(country, one);
        covered |= wanted;
        available |= wanted && has_numbers(d, kind, one);
        json_array_append_new(countries, present_text(one));
    }
    const char *why = json_array_size(countries) == 0 ? "two_way_off"
                      : !covered                      ? "not_covered"
                      : !available                    ? "no_numbers"
                                                      : NULL;
    return json_pack("{s:b, s:o, s:o}", "available", why == NULL, "countries", countries, "why",
                     why ? json_string(why) : json_null());
}

static json_t *virtual_json(const struct directory *d, const struct account *a)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->virtuals_n; i++) {
        const struct number *n = d->virtuals[i];
        if (n->account_id == a->id)
            json_array_append_new(list, json_pack("{s:o, s:o, s:b}", "number",
                                                  present_text(n->digits), "country",
                                                  present_text(n->country), "enabled", n->enabled));
    }
    return list;
}

static json_t *names_json(const struct directory *d, const struct account *a)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->senders_n; i++) {
        const struct sender *s = &d->senders[i];
        if (s->account_id != a->id)
            continue;
        bool enabled = sender_is_enabled(s);
        const char *state = sender_state_name(s->state);
        json_array_append_new(
            list, json_pack("{s:o, s:s, s:s, s:o}", "name", present_text(s->name), "kind",
                            sender_is_number(s->name) ? "numeric" : "name", "state", state, "why",
                            enabled ? json_null() : json_string(state)));
    }
    return list;
}

static void list_choices(struct api *api, struct http_request *request, const struct str *segments)
{
    struct fields f;
    struct str with;
    char country[3] = "";
    uint64_t phone;
    fields_of_query(&f, request);
    if (fields_text(&f, "with", NUMBER_MAX, &with)) {
        if (phone_parse(&phone, with))
            fields_refuse(&f, ERR_BAD_NUMBER, "with",
                          STR("write it in international form, such as +33612345678"));
        else
            phone_mobile_region(country, phone);
        if (!country[0])
            country[0] = '-'; /* no mobile phone: no country covers it */
    }
    const struct directory *d = core_directory(api_core(api));
    const struct account *a = actor_account(request);
    if (fields_end(&f))
        api_reply_json(request, 200,
                       json_pack("{s:o, s:o, s:o}", "reply", reply_json(d, a, str_of(country)),
                                 "virtual", virtual_json(d, a), "names", names_json(d, a)));
    directory_release(d);
}

const struct api_route sender_choices_routes[] = {
    {HTTP_GET, "/api/v1/accounts/{name}/sender-choices", list_choices, RIGHT_VIEW | RIGHT_SEND},
    {0},
};
