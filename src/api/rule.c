/* SPDX-License-Identifier: Apache-2.0 */
/* What a carrier's incoming messages are answered with, by keyword. */
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/admin.h"
#include "store/id.h"
#include "text/phone.h"
#include "text/text.h"
#include "text/word.h"

enum { KEYWORD_MAX = 64, SHORT_CODE_MAX = 21, REPLY_MAX = 2000, RULES_MAX = 200, WORD_MAX = 16 };

static const char *const actions[] = {
    [RULE_NONE] = "none", [RULE_QUARANTINE] = "quarantine", [RULE_LEAVE] = "leave"};
enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

static json_t *rule_json(const struct reply_rule *r, const struct directory *d)
{
    const struct directory_carrier *carrier = directory_carrier_by_id(d, r->carrier_id);
    return json_pack("{s:o, s:o, s:I, s:o, s:o, s:o, s:s, s:b, s:o}", "id", present_id(r->id),
                     "carrier", carrier ? present_text(carrier->row.name) : json_null(), "at",
                     (json_int_t)r->place, "keyword", present_text_or_null(r->keyword),
                     "short_code", present_text_or_null(r->short_code), "reply",
                     present_text_or_null(r->reply), "action", actions[r->action], "prefix",
                     r->prefix, "created_at", present_time(r->created_at_us));
}

/* ---- reading ---- */

static void reply_rule(struct api *api, struct http_request *request, int status, int64_t id)
{
    const struct directory *d = core_directory(api_core(api));
    const struct reply_rule *found = NULL;
    for (size_t i = 0; i < d->rules_n && !found; i++)
        if (d->rules[i].row.id == id)
            found = &d->rules[i].row;
    if (found)
        api_reply_json(request, status, rule_json(found, d));
    else
        api_reply_error(request, ERR_NOT_FOUND, "id", STR("there is no rule of this id"));
    directory_release(d);
}

static void reply_rules(struct api *api, struct http_request *request, struct str carrier)
{
    const struct directory *d = core_directory(api_core(api));
    const struct directory_carrier *of = carrier.n ? directory_carrier(d, carrier) : NULL;
    if (carrier.n && !of) {
        api_reply_error(request, ERR_NOT_FOUND, "carrier",
                        STR("there is no carrier of this name: `navette carrier list` shows them"));
    } else {
        json_t *items = json_array();
        for (size_t i = 0; i < d->rules_n; i++)
            if (!of || d->rules[i].row.carrier_id == of->row.id)
                json_array_append_new(items, rule_json(&d->rules[i].row, d));
        present_list(request, items, 0);
    }
    directory_release(d);
}

static void list_rules(struct api *api, struct http_request *request, const struct str *segments)
{
    struct str carrier = {0};
    struct fields f;
    fields_of_query(&f, request);
    fields_text(&f, "carrier", ADMIN_NAME_MAX, &carrier);
    if (fields_end(&f))
        reply_rules(api, request, carrier);
}

static void list_of_carrier(struct api *api, struct http_request *request,
                            const struct str *segments)
{
    reply_rules(api, request, segments[0]);
}

static void show_rule(struct api *api, struct http_request *request, const struct str *segments)
{
    int64_t id;
    if (fields_id(&id, request, segments[0], "rule"))
        reply_rule(api, request, 200, id);
}

/* ---- changes ---- */

struct rule_change {
    struct api_change base;
    struct reply_rule rule; /* what was said of it */
    struct str carrier;
    int64_t at; /* 0: behind all others */
    bool has_keyword, has_short_code, has_reply, has_action, has_prefix;
};

static json_t *as_it_was(struct api_change *c, const struct directory *d)
{
    for (size_t i = 0; i < d->rules_n; i++)
        if (d->rules[i].row.id == ((struct rule_change *)c)->rule.id)
            return rule_json(&d->rules[i].row, d);
    return NULL;
}

static void answer_created(struct api_change *c)
{
    reply_rule(c->api, c->request, 201, ((struct rule_change *)c)->rule.id);
}

static void answer_rule(struct api_change *c)
{
    reply_rule(c->api, c->request, 200, ((struct rule_change *)c)->rule.id);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static bool is_one_word(struct arena *a, struct str keyword)
{
    struct str rest = text_fold(a, keyword);
    struct str all = rest;
    struct str word;
    return text_word_next(&word, &rest) && str_eq(word, all);
}

static bool is_number(struct str s)
{
    s = phone_bare(s);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static void read_action(struct fields *f, struct rule_change *c)
{
    struct str word;
    c->has_action = fields_text(f, "action", WORD_MAX, &word);
    if (!c->has_action)
        return;
    for (size_t i = 0; i < ACTIONS; i++)
        if (str_eq(word, str_of(actions[i]))) {
            c->rule.action = (enum rule_action)i;
            return;
        }
    fields_refuse(f, ERR_INVALID, "action", STR("write none, quarantine or leave"));
}

static void read_rule(struct fields *f, struct rule_change *c)
{
    struct reply_rule *r = &c->rule;
    size_t bad_at;
    c->has_keyword = fields_text_or_null(f, "keyword", KEYWORD_MAX, &r->keyword);
    if (r->keyword.n && !is_one_word(f->request->arena, r->keyword))
        fields_refuse(f, ERR_INVALID, "keyword",
                      STR("write one word of letters and digits; none at all matches any text"));
    c->has_short_code = fields_text_or_null(f, "short_code", SHORT_CODE_MAX, &r->short_code);
    if (r->short_code.n && !is_number(r->short_code))
        fields_refuse(f, ERR_INVALID, "short_code",
                      STR("write the number in digits, as the carrier writes it"));
    c->has_reply = fields_text_or_null(f, "reply", REPLY_MAX, &r->reply);
    if (text_utf8_check(r->reply, &bad_at))
        fields_refuse(f, ERR_BAD_UTF8, "reply", STR("is not valid UTF-8"));
    read_action(f, c);
    c->has_prefix = fields_flag(f, "prefix", &r->prefix);
}

/* The ids of a carrier's rules in their order, but for one (0: none), in an array with room for one
 * more. */
static enum err ids_of(int64_t **out, size_t *n, struct store_tx *tx, int64_t carrier_id,
                       int64_t but)
{
    struct reply_rule *rows;
    size_t rows_n;
    enum err e = store_rule_list(&rows, &rows_n, &tx->view);
    if (e)
        return e;
    *out = ARENA_ARRAY(tx->view.arena, rows_n + 1, int64_t);
    *n = 0;
    for (size_t i = 0; i < rows_n; i++)
        if (rows[i].carrier_id == carrier_id && rows[i].id != but)
            (*out)[(*n)++] = rows[i].id;
    return OK;
}

static enum err put_at(struct store_tx *tx, int64_t *ids, size_t n, int64_t id, int64_t at)
{
    size_t place = at && (size_t)at <= n ? (size_t)at - 1 : n;
    memmove(ids + place + 1, ids + place, (n - place) * sizeof(*ids));
    ids[place] = id;
    return store_rule_order(tx, ids, n + 1);
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct rule_change *c = (struct rule_change *)change;
    struct carrier_row carrier;
    int64_t *ids;
    size_t n;
    enum err e = admin_carrier_find(&carrier, &tx->view, c->carrier, &change->why);
    if (!e)
        e = ids_of(&ids, &n, tx, carrier.id, 0);
    if (e)
        return e;
    if (n >= RULES_MAX)
        return refuse(&change->why, ERR_CONFLICT, "carrier",
                      STR("it has 200 rules already: remove one first"));
    c->rule.id = store_id_next();
    c->rule.carrier_id = carrier.id;
    e = store_rule_insert(tx, &c->rule);
    return e ? e : put_at(tx, ids, n, c->rule.id, c->at);
}

static void add_rule(struct api *api, struct http_request *request, const struct str *segments)
{
    struct rule_change *c = ARENA_NEW(request->arena, struct rule_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_rule(&f, c);
    fields_number(&f, "at", 1, RULES_MAX, &c->at);
    if (!fields_end(&f))
        return;
    c->carrier = segments[0];
    c->base.did = "rule_added";
    c->base.was = as_it_was;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_add, answer_created);
}

static enum err find(struct reply_rule *out, struct store_tx *tx, struct rule_change *c)
{
    struct reply_rule *rows;
    size_t n;
    enum err e = store_rule_list(&rows, &n, &tx->view);
    for (size_t i = 0; i < n && !e; i++)
        if (rows[i].id == c->rule.id) {
            *out = rows[i];
            return OK;
        }
    return e ? e
             : refuse(&c->base.change.why, ERR_NOT_FOUND, "id", STR("there is no rule of this id"));
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct rule_change *c = (struct rule_change *)change;
    struct reply_rule r;
    enum err e = find(&r, tx, c);
    if (e)
        return e;
    if (c->has_keyword)
        r.keyword = c->rule.keyword;
    if (c->has_short_code)
        r.short_code = c->rule.short_code;
    if (c->has_reply)
        r.reply = c->rule.reply;
    if (c->has_action)
        r.action = c->rule.action;
    if (c->has_prefix)
        r.prefix = c->rule.prefix;
    return store_rule_update(tx, &r);
}

static void set_rule(struct api *api, struct http_request *request, const struct str *segments)
{
    struct rule_change *c = ARENA_NEW(request->arena, struct rule_change);
    struct fields f;
    if (!fields_id(&c->rule.id, request, segments[0], "rule") || !fields_of_body(&f, request))
        return;
    read_rule(&f, c);
    if (!fields_end(&f))
        return;
    c->base.did = "rule_set";
    c->base.was = as_it_was;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_set, answer_rule);
}

static enum err apply_move(struct core *core, struct store_tx *tx, struct change *change)
{
    struct rule_change *c = (struct rule_change *)change;
    struct reply_rule r;
    int64_t *ids;
    size_t n;
    enum err e = find(&r, tx, c);
    if (!e)
        e = ids_of(&ids, &n, tx, r.carrier_id, r.id);
    return e ? e : put_at(tx, ids, n, r.id, c->at);
}

static void move_rule(struct api *api, struct http_request *request, const struct str *segments)
{
    struct rule_change *c = ARENA_NEW(request->arena, struct rule_change);
    struct fields f;
    if (!fields_id(&c->rule.id, request, segments[0], "rule") || !fields_of_body(&f, request))
        return;
    if (!fields_number(&f, "to", 1, RULES_MAX, &c->at))
        fields_refuse(&f, ERR_MISSING, "to", STR("say which place it gets: 1 is the first"));
    if (!fields_end(&f))
        return;
    c->base.did = "rule_moved";
    c->base.was = as_it_was;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_move, answer_rule);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct rule_change *c = (struct rule_change *)change;
    struct reply_rule r;
    int64_t *ids;
    size_t n;
    enum err e = find(&r, tx, c);
    if (!e)
        e = ids_of(&ids, &n, tx, r.carrier_id, r.id);
    if (!e)
        e = store_rule_delete(tx, r.id);
    return e ? e : store_rule_order(tx, ids, n);
}

static void remove_rule(struct api *api, struct http_request *request, const struct str *segments)
{
    struct rule_change *c = ARENA_NEW(request->arena, struct rule_change);
    if (!fields_id(&c->rule.id, request, segments[0], "rule"))
        return;
    c->base.did = "rule_removed";
    c->base.was = as_it_was;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route rule_routes[] = {
    {HTTP_GET, "/api/v1/carriers/{name}/rules", list_of_carrier, RIGHT_OPERATE},
    {HTTP_POST, "/api/v1/carriers/{name}/rules", add_rule, RIGHT_OPERATE},
    {HTTP_GET, "/api/v1/rules", list_rules, RIGHT_OPERATE},
    {HTTP_GET, "/api/v1/rules/{id}", show_rule, RIGHT_OPERATE},
    {HTTP_PATCH, "/api/v1/rules/{id}", set_rule, RIGHT_OPERATE},
    {HTTP_POST, "/api/v1/rules/{id}/move", move_rule, RIGHT_OPERATE},
    {HTTP_DELETE, "/api/v1/rules/{id}", remove_rule, RIGHT_OPERATE},
    {0},
};
