/* SPDX-License-Identifier: Apache-2.0 */
/* What the first word of a reply to an account means: the words that need no row, and the rows of
 * the carriers that its numbers are of. They are an operator's; its owner only sees them. */
#include "api/actor.h"
#include "api/present.h"
#include "core/accept_reply.h"
#include "core/keyword.h"

static const struct word {
    const char *text;
    enum keyword_meaning meaning;
} words[] = {
#define STOPS            KEYWORD_STOPS
#define STARTS           KEYWORD_STARTS
#define WORD(text, what) {(text), (what)},
#include "core/keyword.def"
#undef WORD
#undef STARTS
#undef STOPS
};

static json_t *built_in(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        json_array_append_new(
            list, json_pack("{s:s, s:s}", "keyword", words[i].text, "action",
                            words[i].meaning == KEYWORD_STOPS ? "quarantine" : "leave"));
    return list;
}

static bool has_virtual(const struct directory *d, int64_t account_id, int64_t carrier_id)
{
    for (size_t i = 0; i < d->virtuals_n; i++)
        if (d->virtuals[i]->account_id == account_id && d->virtuals[i]->carrier_id == carrier_id)
            return true;
    return false;
}

static bool has_pool(const struct directory *d, const struct account *a,
                     const struct directory_carrier *c)
{
    enum number_kind kind = reply_kind_of(a->grade);
    for (size_t i = 0; i < d->two_ways_n; i++)
        if (d->two_ways[i].account_id == a->id &&
            (c->rules.picks_numbers || directory_pool(c, kind, d->two_ways[i].country)))
            return true;
    return false;
}

static void add_rules(json_t *items, const struct directory *d, int64_t carrier_id)
{
    static const char *const actions[] = {
        [RULE_NONE] = "none", [RULE_QUARANTINE] = "quarantine", [RULE_LEAVE] = "leave"};
    size_t n;
    const struct directory_rule *rules = directory_rules(d, carrier_id, &n);
    for (size_t i = 0; i < n; i++) {
        const struct reply_rule *r = &rules[i].row;
        json_array_append_new(
            items,
            json_pack("{s:o, s:b, s:o, s:o, s:s}", "keyword", present_text_or_null(r->keyword),
                      "prefix", r->prefix, "short_code", present_text_or_null(r->short_code),
                      "reply", present_text_or_null(r->reply), "action", actions[r->action]));
    }
}

static void list_keywords(struct api *api, struct http_request *request, const struct str *segments)
{
    const struct directory *d = core_directory(api_core(api));
    const struct account *a = actor_account(request);
    json_t *items = json_array();
    for (size_t i = 0; i < d->carriers_n; i++) {
        const struct directory_carrier *c = &d->carriers[i];
        if (has_virtual(d, a->id, c->row.id) || has_pool(d, a, c))
            add_rules(items, d, c->row.id);
    }
    directory_release(d);
    api_reply_json(request, 200, json_pack("{s:o, s:o}", "items", items, "built_in", built_in()));
}

const struct api_route account_keywords_routes[] = {
    {HTTP_GET, "/api/v1/accounts/{name}/keywords", list_keywords, RIGHT_VIEW},
    {0},
};
