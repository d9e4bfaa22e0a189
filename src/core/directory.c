/* SPDX-License-Identifier: Apache-2.0 */
#include "core/directory.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/outbox.h"
#include "core/route.h"
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
        e = load_carriers(d, &own, outbox);
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
