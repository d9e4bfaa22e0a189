/* SPDX-License-Identifier: Apache-2.0 */
#include "core/directory.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/outbox.h"
#include "core/route.h"
#include "text/phone.h"
#include "text/word.h"

#include <stdio.h>
#include <stdlib.h>

static int compare_str(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int compare_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_account_name(const void *a, const void *b)
{
    return compare_str(((const struct account *)a)->name, ((const struct account *)b)->name);
}

static int by_login(const void *a, const void *b)
{
    const struct api_user *x = a;
    const struct api_user *y = b;
    int order = compare_i64(x->account_id, y->account_id);
    return order ? order : compare_str(x->login, y->login);
}

static int by_sender(const void *a, const void *b)
{
    const struct sender *x = a;
    const struct sender *y = b;
    int order = compare_i64(x->account_id, y->account_id);
    return order ? order : compare_str(x->name, y->name);
}

static int by_carrier_name(const void *a, const void *b)
{
    return compare_str(((const struct directory_carrier *)a)->row.name,
                       ((const struct directory_carrier *)b)->row.name);
}

static int by_route_prefix(const void *a, const void *b)
{
    const struct route *x = a;
    const struct route *y = b;
    int order = compare_str(x->prefix, y->prefix);
    return order ? order : compare_i64(x->id, y->id);
}

static int by_rate_prefix(const void *a, const void *b)
{
    return compare_str(((const struct rate *)a)->prefix, ((const struct rate *)b)->prefix);
}

static int by_account_told(const void *a, const void *b)
{
    return compare_i64(((const struct callback_setting *)a)->account_id,
                       ((const struct callback_setting *)b)->account_id);
}

static int by_carrier_and_digits(const void *a, const void *b)
{
    const struct number *x = a;
    const struct number *y = b;
    int order = compare_i64(x->carrier_id, y->carrier_id);
    return order ? order : compare_str(x->digits, y->digits);
}

static int by_digits(const void *a, const void *b)
{
    const struct number *const *x = a;
    const struct number *const *y = b;
    return compare_str((*x)->digits, (*y)->digits);
}

static int by_account_and_country(const void *a, const void *b)
{
    const struct two_way *x = a;
    const struct two_way *y = b;
    int order = compare_i64(x->account_id, y->account_id);
    return order ? order : compare_str(x->country, y->country);
}

static void sort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *))
{
    if (n)
        qsort(items, n, size, compare);
}

static const void *search(const void *key, const void *items, size_t n, size_t size,
                          int (*compare)(const void *, const void *))
{
    return n ? bsearch(key, items, n, size, compare) : NULL;
}

static enum err read_carrier(struct directory_carrier *c, struct arena *a, struct outbox *outbox)
{
    json_t *json = json_loadb(c->row.settings.p, c->row.settings.n, 0, NULL);
    struct refusal why = {.field = "json"};
    enum err e = json_is_object(json) ? carrier_settings_read(&c->settings, a, json, true, &why)
                                      : ERR_MALFORMED;
    if (!e)
        e = carrier_rules_read(&c->rules, a, &c->settings, &why);
    if (e)
        log_error("carrier_settings_unreadable", "carrier=%.*s setting=%s error=%s",
                  STR_FMT(c->row.name), why.field, err_name(e));
    json_decref(json);
    c->slot = outbox_slot(outbox, c->row.id);
    atomic_store(&c->slot->receipt_wait_us, e ? 0 : c->settings.failover_receipt_s * SEC_US);
    return e;
}

static enum err load_carriers(struct directory *d, struct store_view *view, struct outbox *outbox)
{
    struct carrier_row *rows;
    enum err e = store_carrier_list(&rows, &d->carriers_n, view);
    if (e)
        return e;
    d->carriers = ARENA_ARRAY(d->arena, d->carriers_n, struct directory_carrier);
    for (size_t i = 0; i < d->carriers_n; i++) {
        d->carriers[i].row = rows[i];
        if (read_carrier(&d->carriers[i], d->arena, outbox))
            d->carriers[i].row.enabled = false; /* shown, not used, until it is set right */
    }
    return OK;
}

static enum err load_callbacks(struct directory *d, struct store_view *view)
{
    enum err e = store_callback_list(&d->callbacks, &d->callbacks_n, view);
    if (!e)
        e = store_notification_list(&d->notifications, &d->notifications_n, view);
    for (size_t i = 0; i < d->callbacks_n && !e; i++)
        d->receipts_told |= d->callbacks[i].receipts_url.n > 0;
    for (size_t i = 0; i < d->users_n && !e; i++)
        d->receipts_told |= d->users[i].receipts_url.n > 0;
    return e;
}

/* ---- numbers ---- */

static void add_to_pool(struct directory *d, struct directory_carrier *c, const struct number *n)
{
    enum { ROOM = 8 };
    if (directory_pool(c, n->kind, n->country))
        return;
    if (c->pools_n % ROOM == 0) {
        struct directory_pool *grown =
            ARENA_ARRAY(d->arena, c->pools_n + ROOM, struct directory_pool);
        if (c->pools_n)
            memcpy(grown, c->pools, c->pools_n * sizeof(*grown));
        c->pools = grown;
    }
    c->pools[c->pools_n++] =
        (struct directory_pool){.country = n->country, .kind = n->kind, .digits = n->digits.n};
}

/* Once all are read and in order. */
static void make_pools(struct directory *d)
{
    struct directory_carrier *c = NULL;
    d->virtuals = ARENA_ARRAY(d->arena, d->numbers_n, const struct number *);
    for (size_t i = 0; i < d->numbers_n; i++) {
        const struct number *n = &d->numbers[i];
        for (size_t k = 0; k < d->carriers_n && !(c && c->row.id == n->carrier_id); k++)
            c = &d->carriers[k];
        if (n->kind == NUMBER_VIRTUAL)
            d->virtuals[d->virtuals_n++] = n;
        else if (n->enabled && c && c->row.id == n->carrier_id)
            add_to_pool(d, c, n);
    }
    sort(d->virtuals, d->virtuals_n, sizeof(*d->virtuals), by_digits);
}

static enum err load_numbers(struct directory *d, struct store_view *view)
{
    enum err e = store_number_list(&d->numbers, &d->numbers_n, view);
    return e ? e : store_two_way_list(&d->two_ways, &d->two_ways_n, view);
}

static enum err load_rules(struct directory *d, struct store_view *view)
{
    struct reply_rule *rows;
    enum err e = store_rule_list(&rows, &d->rules_n, view);
    if (e)
        return e;
    d->rules = ARENA_ARRAY(d->arena, d->rules_n, struct directory_rule);
    for (size_t i = 0; i < d->rules_n; i++)
        d->rules[i] = (struct directory_rule){.row = rows[i],
                                              .keyword = text_fold(d->arena, rows[i].keyword)};
    return OK;
}

enum err directory_load(struct directory **out, struct store_view *view, struct outbox *outbox)
{
    struct arena *arena = arena_new();
    struct directory *d = ARENA_NEW(arena, struct directory);
    struct store_view own = {.db = view->db, .arena = arena};
    d->arena = arena;
    atomic_store(&d->references, 1);
    enum err e = store_account_list(&d->accounts, &d->accounts_n, &own);
    if (!e)
        e = store_user_list(&d->users, &d->users_n, &own);
    if (!e)
        e = store_sender_list(&d->senders, &d->senders_n, &own);
    if (!e)
        e = store_route_list(&d->routes, &d->routes_n, &own);
    if (!e)
        e = store_rate_list(&d->rates, &d->rates_n, &own);
    if (!e)
        e = load_callbacks(d, &own);
    if (!e)
        e = store_reply_setting_list(&d->replies, &d->replies_n, &own);
    if (!e)
        e = load_carriers(d, &own, outbox);
    if (!e)
        e = load_numbers(d, &own);
    if (!e)
        e = load_rules(d, &own);
    if (e) {
        arena_free(arena);
        return e;
    }
    sort(d->accounts, d->accounts_n, sizeof(*d->accounts), by_account_name);
    sort(d->users, d->users_n, sizeof(*d->users), by_login);
    sort(d->senders, d->senders_n, sizeof(*d->senders), by_sender);
    sort(d->carriers, d->carriers_n, sizeof(*d->carriers), by_carrier_name);
    sort(d->numbers, d->numbers_n, sizeof(*d->numbers), by_carrier_and_digits);
    sort(d->two_ways, d->two_ways_n, sizeof(*d->two_ways), by_account_and_country);
    make_pools(d);
    sort(d->routes, d->routes_n, sizeof(*d->routes), by_route_prefix);
    d->table = route_table_new(arena, d);
    sort(d->rates, d->rates_n, sizeof(*d->rates), by_rate_prefix);
    *out = d;
    return OK;
}

const struct directory *directory_hold(const struct directory *d)
{
    atomic_fetch_add(&((struct directory *)(uintptr_t)d)->references, 1);
    return d;
}

void directory_release(const struct directory *d)
{
    struct directory *own = (struct directory *)(uintptr_t)d;
    if (own && atomic_fetch_sub(&own->references, 1) == 1)
        arena_free(own->arena);
}

const struct account *directory_account(const struct directory *d, struct str name)
{
    struct account key = {.name = name};
    return search(&key, d->accounts, d->accounts_n, sizeof(key), by_account_name);
}

const struct account *directory_account_by_id(const struct directory *d, int64_t id)
{
    for (size_t i = 0; i < d->accounts_n; i++)
        if (d->accounts[i].id == id)
            return &d->accounts[i];
    return NULL;
}

const struct api_user *directory_user(const struct directory *d, int64_t account_id,
                                      struct str login)
{
    struct api_user key = {.account_id = account_id, .login = login};
    return search(&key, d->users, d->users_n, sizeof(key), by_login);
}

const struct api_user *directory_user_by_id(const struct directory *d, int64_t id)
{
    for (size_t i = 0; i < d->users_n; i++)
        if (d->users[i].id == id)
            return &d->users[i];
    return NULL;
}

const struct sender *directory_sender(const struct directory *d, int64_t account_id,
                                      struct str name)
{
    struct sender key = {.account_id = account_id, .name = name};
    return search(&key, d->senders, d->senders_n, sizeof(key), by_sender);
}

const struct directory_carrier *directory_carrier(const struct directory *d, struct str name)
{
    struct directory_carrier key = {.row.name = name};
    return search(&key, d->carriers, d->carriers_n, sizeof(key), by_carrier_name);
}

const struct directory_carrier *directory_carrier_by_id(const struct directory *d, int64_t id)
{
    for (size_t i = 0; i < d->carriers_n; i++)
        if (d->carriers[i].row.id == id)
            return &d->carriers[i];
    return NULL;
}

const struct callback_setting *directory_callback(const struct directory *d, int64_t account_id)
{
    struct callback_setting key = {.account_id = account_id};
    return search(&key, d->callbacks, d->callbacks_n, sizeof(key), by_account_told);
}

const struct notification *directory_notifications(size_t *n, const struct directory *d,
                                                   int64_t account_id)
{
    size_t from = 0;
    while (from < d->notifications_n && d->notifications[from].account_id != account_id)
        from++;
    size_t to = from;
    while (to < d->notifications_n && d->notifications[to].account_id == account_id)
        to++;
    *n = to - from;
    return d->notifications + from;
}

const struct number *directory_number(const struct directory *d, int64_t carrier_id,
                                      struct str digits)
{
    struct number key = {.carrier_id = carrier_id, .digits = digits};
    return search(&key, d->numbers, d->numbers_n, sizeof(key), by_carrier_and_digits);
}

const struct number *directory_virtual(const struct directory *d, struct str sender)
{
    struct number digits = {.digits = phone_bare(sender)};
    const struct number *key = &digits;
    const struct number *const *found =
        search(&key, d->virtuals, d->virtuals_n, sizeof(key), by_digits);
    return found ? *found : NULL;
}

const struct directory_pool *directory_pool(const struct directory_carrier *c,
                                            enum number_kind kind, struct str country)
{
    for (size_t i = 0; i < c->pools_n; i++)
        if (c->pools[i].kind == kind && str_eq(c->pools[i].country, country))
            return &c->pools[i];
    return NULL;
}

bool directory_two_way(const struct directory *d, int64_t account_id, struct str country)
{
    struct two_way key = {.account_id = account_id, .country = country};
    if (country.n)
        return search(&key, d->two_ways, d->two_ways_n, sizeof(key), by_account_and_country);
    for (size_t i = 0; i < d->two_ways_n; i++)
        if (d->two_ways[i].account_id == account_id)
            return true;
    return false;
}

static int by_reply_account(const void *a, const void *b)
{
    return compare_i64(((const struct reply_setting *)a)->account_id,
                       ((const struct reply_setting *)b)->account_id);
}

const struct reply_setting *directory_reply(const struct directory *d, int64_t account_id)
{
    struct reply_setting key = {.account_id = account_id};
    return search(&key, d->replies, d->replies_n, sizeof(key), by_reply_account);
}

const struct directory_rule *directory_rules(const struct directory *d, int64_t carrier_id,
                                             size_t *n)
{
    size_t first = 0;
    while (first < d->rules_n && d->rules[first].row.carrier_id < carrier_id)
        first++;
    *n = 0;
    while (first + *n < d->rules_n && d->rules[first + *n].row.carrier_id == carrier_id)
        (*n)++;
    return d->rules + first;
}

static struct str digits_of(char out[24], uint64_t recipient)
{
    int n = snprintf(out, 24, "%llu", (unsigned long long)recipient);
    return (struct str){.p = out, .n = (size_t)n};
}

bool directory_rate(const struct directory *d, uint64_t recipient, int64_t *credits)
{
    char text[24];
    struct rate key = {.prefix = digits_of(text, recipient)};
    for (;; key.prefix.n--) {
        const struct rate *r = search(&key, d->rates, d->rates_n, sizeof(key), by_rate_prefix);
        if (r) {
            *credits = r->credits;
            return true;
        }
        if (!key.prefix.n)
            return false;
    }
}
