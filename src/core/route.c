/* SPDX-License-Identifier: Apache-2.0 */
#include "core/route.h"

#include "base/clock.h"
#include "core/directory.h"
#include "core/outbox.h"

#include <stdlib.h>

enum { DIGITS_MAX = 15, SHORT_NUMBER_MAX = 8 };
enum { CLOSE_ACCOUNT = 16, CLOSE_SENDER = 8, CLOSE_KIND = 4, CLOSE_GRADE = 2, CLOSE_HOURS = 1 };

struct route_table {
    struct route_entry *entries; /* longest prefix first; of one prefix the closest first */
    size_t n;
    size_t begins[DIGITS_MAX + 1]; /* where prefixes of so many digits begin */
};

/* ---- the table ---- */

static uint32_t closeness_of(const struct route *r)
{
    return (r->account_id ? CLOSE_ACCOUNT : 0u) | (r->sender.n ? CLOSE_SENDER : 0u) |
           (r->sender_kind ? CLOSE_KIND : 0u) | (r->grade ? CLOSE_GRADE : 0u) |
           (r->timezone.n ? CLOSE_HOURS : 0u);
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int by_rank(const void *a, const void *b)
{
    const struct route_entry *x = a;
    const struct route_entry *y = b;
    int order = COMPARE(y->length, x->length);
    if (!order)
        order = COMPARE(x->prefix, y->prefix);
    if (!order)
        order = COMPARE(y->closeness, x->closeness);
    if (!order)
        order = COMPARE(x->row->turn, y->row->turn);
    return order ? order : COMPARE(x->row->id, y->row->id);
}

struct route_table *route_table_new(struct arena *a, const struct directory *d)
{
    struct route_table *t = ARENA_NEW(a, struct route_table);
    t->entries = ARENA_ARRAY(a, d->routes_n, struct route_entry);
    for (size_t i = 0; i < d->routes_n; i++) {
        const struct route *r = &d->routes[i];
        struct route_entry *e = &t->entries[t->n];
        uint64_t prefix = 0;
        if (r->prefix.n > DIGITS_MAX || (r->prefix.n && str_to_u64(&prefix, r->prefix)))
            continue; /* none that the API lets in */
        e->row = r;
        e->carrier = directory_carrier_by_id(d, r->carrier_id);
        e->prefix = prefix;
        e->length = (uint32_t)r->prefix.n;
        e->closeness = closeness_of(r);
        atomic_store(&e->hours, -1);
        t->n++;
    }
    if (t->n)
        qsort(t->entries, t->n, sizeof(*t->entries), by_rank);
    for (size_t length = 0; length <= DIGITS_MAX; length++)
        while (t->begins[length] < t->n && t->entries[t->begins[length]].length > length)
            t->begins[length]++;
    return t;
}

size_t route_entries(const struct directory *d, struct route_entry **out)
{
    *out = d->table->entries;
    return d->table->n;
}

/* ---- one route ---- */

enum sender_kind sender_kind_of(struct str sender)
{
    bool plus = sender.n && sender.p[0] == '+';
    struct str digits = plus ? str_sub(sender, 1, sender.n) : sender;
    for (size_t i = 0; i < digits.n; i++)
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return SENDER_ALPHANUMERIC;
    return plus || digits.n > SHORT_NUMBER_MAX ? SENDER_LONG : SENDER_SHORT;
}

static const char *const kind_names[] = {[SENDER_ANY] = NULL,
                                         [SENDER_ALPHANUMERIC] = "alphanumeric",
                                         [SENDER_SHORT] = "short",
                                         [SENDER_LONG] = "long"};

const char *sender_kind_name(enum sender_kind kind)
{
    return kind_names[kind];
}

enum err sender_kind_parse(enum sender_kind *out, struct str name)
{
    for (enum sender_kind k = SENDER_ALPHANUMERIC; k <= SENDER_LONG; k++)
        if (str_eq(name, str_of(kind_names[k]))) {
            *out = k;
            return OK;
        }
    return ERR_INVALID;
}

/* Offsets of zones are whole minutes and hours begin at whole minutes: what holds for an instant
 * holds for its minute. */
static bool is_open(struct route_entry *e, int64_t at_us)
{
    int64_t minute = at_us / MIN_US;
    int64_t known = atomic_load_explicit(&e->hours, memory_order_relaxed);
    if (known >> 1 != minute) {
        known = minute * 2 + route_hours_open(e->row, at_us);
        atomic_store_explicit(&e->hours, known, memory_order_relaxed);
    }
    return known & 1;
}

/* Can phones of this country answer to a number of this carrier's? */
static bool has_number(const struct directory_carrier *c, const struct route_ask *ask)
{
    if (ask->reply == NUMBER_NONE)
        return true;
    if (ask->reply == NUMBER_VIRTUAL)
        return c->row.id == ask->number_carrier_id;
    return c->rules.picks_numbers || directory_pool(c, ask->reply, str_of(ask->country));
}

enum route_verdict route_match(struct route_entry *e, const struct route_ask *ask)
{
    const struct route *r = e->row;
    if (r->account_id && r->account_id != ask->account_id)
        return ROUTE_ACCOUNT;
    if (r->sender.n && !str_eq(r->sender, ask->sender))
        return ROUTE_SENDER;
    if (r->sender_kind && r->sender_kind != ask->sender_kind)
        return ROUTE_SENDER_KIND;
    if (r->grade && r->grade != ask->grade)
        return ROUTE_GRADE;
    if (r->timezone.n && !is_open(e, ask->at_us))
        return ROUTE_HOURS;
    if (r->draining)
        return ROUTE_DRAINING;
    if (!e->carrier || !e->carrier->row.enabled)
        return ROUTE_DISABLED;
    return has_number(e->carrier, ask) ? ROUTE_WINS : ROUTE_NO_NUMBERS;
}

static bool is_without(const struct route_ask *ask, int64_t carrier_id)
{
    for (size_t i = 0; i < ask->without_n; i++)
        if (ask->without[i] == carrier_id)
            return true;
    return false;
}

static bool may_take(struct route_entry *e, const struct route_ask *ask, bool present)
{
    return route_match(e, ask) == ROUTE_WINS && !is_without(ask, e->carrier->row.id) &&
           (!present || !outbox_is_away(e->carrier->slot));
}

/* ---- the choice ---- */

/* Those of one prefix that are equal stand together. */
static bool is_equal(const struct route_entry *a, const struct route_entry *b)
{
    return a->closeness == b->closeness && a->row->turn == b->row->turn;
}

/* Where in the sum of the weights a phone stands: always at the same place. */
static uint64_t place_of(uint64_t recipient, uint64_t sum)
{
    uint64_t h = recipient * UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ h >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    return (h ^ h >> 32) % sum;
}

static uint64_t weight_of(const struct route_entry *e)
{
    return e->row->weight ? e->row->weight : 1;
}

/* Of entries that are equal; NULL when none may. */
static struct route_entry *share(struct route_entry *from, struct route_entry *end,
                                 const struct route_ask *ask, bool present)
{
    struct route_entry *one = NULL;
    uint64_t sum = 0;
    size_t n = 0;
    for (struct route_entry *e = from; e < end; e++)
        if (may_take(e, ask, present)) {
            one = e;
            sum += weight_of(e);
            n++;
        }
    uint64_t place = n > 1 ? place_of(ask->recipient, sum) : 0;
    for (struct route_entry *e = from; e < end && n > 1; e++) {
        if (!may_take(e, ask, present))
            continue;
        one = e;
        if (place < weight_of(e))
            break;
        place -= weight_of(e);
    }
    return one;
}

static struct route_entry *best_of_prefix(struct route_entry *from, struct route_entry *end,
                                          const struct route_ask *ask, bool present)
{
    while (from < end) {
        struct route_entry *next = from + 1;
        while (next < end && is_equal(from, next))
            next++;
        struct route_entry *found = share(from, next, ask, present);
        if (found)
            return found;
        from = next;
    }
    return NULL;
}

/* The first in [from, end), which have one length, whose prefix is not less. */
static struct route_entry *lower_bound(struct route_entry *from, struct route_entry *end,
                                       uint64_t prefix)
{
    while (from < end) {
        struct route_entry *middle = from + (end - from) / 2;
        if (middle->prefix < prefix)
            from = middle + 1;
        else
            end = middle;
    }
    return from;
}

static struct route_entry *best(const struct route_table *t, const struct route_ask *ask,
                                bool present)
{
    uint64_t prefixes[DIGITS_MAX + 1]; /* by how many digits are left off */
    uint32_t digits = 0;
    for (uint64_t rest = ask->recipient; rest && digits < DIGITS_MAX; rest /= 10)
        prefixes[digits++] = rest;
    prefixes[digits] = 0;
    for (uint32_t left = 0; left <= digits; left++) {
        uint32_t length = digits - left;
        struct route_entry *from = t->entries + t->begins[length];
        struct route_entry *end = t->entries + (length ? t->begins[length - 1] : t->n);
        from = lower_bound(from, end, prefixes[left]);
        struct route_entry *past = from;
        while (past < end && past->prefix == prefixes[left])
            past++;
        struct route_entry *found = best_of_prefix(from, past, ask, present);
        if (found)
            return found;
    }
    return NULL;
}

struct route_entry *route_choose_entry(const struct directory *d, const struct route_ask *ask)
{
    struct route_entry *found = best(d->table, ask, true);
    return found || ask->present ? found : best(d->table, ask, false);
}

const struct directory_carrier *route_choose(const struct directory *d, const struct route_ask *ask)
{
    struct route_entry *found = route_choose_entry(d, ask);
    return found ? found->carrier : NULL;
}
