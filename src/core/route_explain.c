/* SPDX-License-Identifier: Apache-2.0 */
/* Why a route wins, and why the others do not, in a person's words. */
#include "base/clock.h"
#include "core/directory.h"
#include "core/outbox.h"
#include "core/route.h"

const char *route_verdict_code(enum route_verdict v)
{
    static const char *const codes[] = {
#define VERDICT(name, code) [ROUTE_##name] = code,
        ROUTE_VERDICTS
#undef VERDICT
    };
    return codes[v];
}

struct explaining {
    const struct directory *d;
    const struct route_ask *ask;
    struct arena *arena;
    struct route_entry *entries;
    size_t n;
    const struct route_entry **chain; /* what would be tried, in order */
    size_t chain_n;
};

/* ---- the chain ---- */

/* What would be tried if each carrier in turn refused the message. */
static void follow_chain(struct explaining *x)
{
    int64_t *without = ARENA_ARRAY(x->arena, x->n, int64_t);
    struct route_ask ask = *x->ask;
    const struct route_entry *next;
    x->chain = ARENA_ARRAY(x->arena, x->n, const struct route_entry *);
    ask.without = without;
    while (x->chain_n < x->n && (next = route_choose_entry(x->d, &ask))) {
        without[x->chain_n] = next->carrier->row.id;
        x->chain[x->chain_n++] = next;
        ask.without_n = x->chain_n;
    }
}

static unsigned place_in_chain(const struct explaining *x, const struct route_entry *e)
{
    for (size_t i = 0; i < x->chain_n; i++)
        if (x->chain[i] == e)
            return (unsigned)i + 1;
    return 0;
}

/* ---- verdicts ---- */

static bool has_prefix(const struct explaining *x, const struct route_entry *e)
{
    uint64_t recipient = x->ask->recipient;
    uint64_t past = 1;
    for (uint32_t i = 0; i < e->length; i++)
        past *= 10;
    while (recipient >= past && e->length)
        recipient /= 10;
    return !e->length || recipient == e->prefix;
}

static enum route_verdict away_verdict(const struct route_entry *e)
{
    const struct outbox_slot *slot = e->carrier->slot;
    if (!outbox_is_away(slot))
        return ROUTE_WINS;
    return atomic_load(&slot->away_throttled) ? ROUTE_THROTTLED : ROUTE_DOWN;
}

/* Of one that matches and does not win. */
static enum route_verdict beaten(const struct explaining *x, const struct route_entry *e)
{
    const struct route_entry *winner = x->chain[0];
    enum route_verdict away = away_verdict(e);
    if (away != ROUTE_WINS && away_verdict(winner) == ROUTE_WINS)
        return away;
    if (e->carrier == winner->carrier)
        return ROUTE_SAME_CARRIER;
    if (e->length < winner->length)
        return ROUTE_SHORTER;
    if (e->closeness < winner->closeness)
        return ROUTE_FARTHER;
    return e->row->turn > winner->row->turn ? ROUTE_LATER : ROUTE_SHARE;
}

static enum route_verdict judge(const struct explaining *x, struct route_entry *e, unsigned place)
{
    if (!has_prefix(x, e))
        return ROUTE_PREFIX;
    enum route_verdict verdict = route_match(e, x->ask);
    if (verdict != ROUTE_WINS || place == 1)
        return verdict;
    return x->chain_n ? beaten(x, e) : ROUTE_DISABLED; /* it cannot match and nothing win */
}

/* ---- words ---- */

static const char *grade_words(enum grade grade)
{
    return grade == GRADE_LOW_COST ? "low cost" : "premium";
}

static const char *kind_words(enum sender_kind kind)
{
    static const char *const words[] = {
        [SENDER_ANY] = "any sender",
        [SENDER_ALPHANUMERIC] = "names",
        [SENDER_SHORT] = "short numbers",
        [SENDER_LONG] = "long numbers",
    };
    return words[kind];
}

static struct str hours_words(const struct explaining *x, const struct route_told *t)
{
    char at[CLOCK_ISO_SIZE];
    if (!t->opens_us)
        return STR("outside its hours, and not open within nine days");
    clock_iso(at, t->opens_us);
    return arena_printf(x->arena, "outside its hours: opens at %.16sZ", at);
}

static struct str since_words(const struct explaining *x, const struct route_told *t)
{
    char at[CLOCK_ISO_SIZE];
    clock_iso(at, t->since_us);
    return arena_printf(x->arena, "carrier %s since %.19sZ",
                        t->verdict == ROUTE_DOWN ? "down" : "throttled", at);
}

static struct str account_words(const struct explaining *x, const struct route *r)
{
    const struct account *a = directory_account_by_id(x->d, r->account_id);
    return arena_printf(x->arena, "for another account: %.*s", STR_FMT(a ? a->name : STR("?")));
}

/* Its share of the numbers among the routes that are equal. */
static struct str share_words(const struct explaining *x, const struct route_entry *e)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < x->n; i++) {
        struct route_entry *other = &x->entries[i];
        if (other->length == e->length && other->prefix == e->prefix &&
            other->closeness == e->closeness && other->row->turn == e->row->turn &&
            route_match(other, x->ask) == ROUTE_WINS)
            sum += other->row->weight;
    }
    return arena_printf(x->arena, "takes its share of other numbers: weight %u of %llu",
                        e->row->weight, (unsigned long long)sum);
}

static struct str words(const struct explaining *x, const struct route_entry *e,
                        const struct route_told *t)
{
    switch (t->verdict) {
    case ROUTE_WINS:
        return away_verdict(e) == ROUTE_WINS
                   ? STR("wins")
                   : STR("wins: its carrier is away, and no other route is there");
    case ROUTE_PREFIX:
        return STR("prefix does not match");
    case ROUTE_ACCOUNT:
        return account_words(x, e->row);
    case ROUTE_SENDER:
        return arena_printf(x->arena, "for another sender: %.*s", STR_FMT(e->row->sender));
    case ROUTE_SENDER_KIND:
        return arena_printf(x->arena, "for other senders: %s", kind_words(e->row->sender_kind));
    case ROUTE_GRADE:
        return arena_printf(x->arena, "for another grade: %s", grade_words(e->row->grade));
    case ROUTE_HOURS:
        return hours_words(x, t);
    case ROUTE_DRAINING:
        return STR("draining: takes nothing new");
    case ROUTE_DISABLED:
        return STR("carrier disabled");
    case ROUTE_NO_NUMBERS:
        return x->ask->reply == NUMBER_VIRTUAL
                   ? STR("the number of the sender is another carrier's")
                   : STR("carrier without reply numbers for this country");
    case ROUTE_DOWN:
    case ROUTE_THROTTLED:
        return since_words(x, t);
    case ROUTE_SHORTER:
        return STR("shorter prefix than the winner");
    case ROUTE_FARTHER:
        return STR("less close to this account, sender, grade and hour than the winner");
    case ROUTE_LATER:
        return STR("later turn than the winner");
    case ROUTE_SHARE:
        return share_words(x, e);
    case ROUTE_SAME_CARRIER:
        return STR("leads to the winner's carrier too");
    }
    return (struct str){0};
}

static struct route_told tell(const struct explaining *x, struct route_entry *e)
{
    struct route_told t = {.route = e->row, .carrier = e->carrier, .place = place_in_chain(x, e)};
    t.verdict = judge(x, e, t.place);
    if (t.verdict == ROUTE_HOURS)
        t.opens_us = route_hours_next(e->row, x->ask->at_us);
    if (t.verdict == ROUTE_DOWN || t.verdict == ROUTE_THROTTLED)
        t.since_us = atomic_load(&e->carrier->slot->away_since_us);
    t.why = words(x, e, &t);
    return t;
}

struct route_told *route_explain(const struct directory *d, const struct route_ask *ask,
                                 struct arena *a, size_t *n)
{
    struct explaining x = {.d = d, .ask = ask, .arena = a};
    x.n = route_entries(d, &x.entries);
    follow_chain(&x);
    struct route_told *told = ARENA_ARRAY(a, x.n, struct route_told);
    *n = 0;
    for (size_t i = 0; i < x.chain_n; i++)
        told[(*n)++] = tell(&x, (struct route_entry *)(uintptr_t)x.chain[i]);
    for (size_t i = 0; i < x.n; i++)
        if (!place_in_chain(&x, &x.entries[i]))
            told[(*n)++] = tell(&x, &x.entries[i]);
    return told;
}
